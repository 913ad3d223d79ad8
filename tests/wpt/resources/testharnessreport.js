// In place of WPT's file of that name: keeps the results where the runner finds them. Time is the
// runner's business as well, which calls timeout().
setup({ explicit_timeout: true });
add_completion_callback((tests, { status, message }) => {
  self.webTestReport = {
    status,
    message,
    subtests: tests.map(({ name, status, message }) => ({ name, status, message })),
    // Which of the two was tested: an interface of the browser's own prints no source.
    isNative: typeof BackgroundFetchManager === 'function' && /\[native code\]/.test(BackgroundFetchManager),
  };
});
