/** Takes over when a page says so. */
addEventListener('message', ({ data }) => {
  if (data === 'take over') skipWaiting();
});
