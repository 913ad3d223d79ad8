// In place of WPT's empty file of that name. The only thing that tests of Background Fetch ask of an
// automated browser is the permission, which the polyfill needs none of, and the drivers have given to
// Chromium in its profile.
window.test_driver_internal.in_automation = true;
window.test_driver_internal.set_permission = async ({ descriptor }) => {
  if (descriptor.name !== 'background-fetch') throw new Error(`no permission ${descriptor.name} here`);
};
