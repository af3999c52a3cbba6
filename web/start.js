const { entry } = document.currentScript.dataset;
const RELOADED_KEY = 'bookstore.restarted';
const fail = () => {
  try {
    if (sessionStorage.getItem(RELOADED_KEY) !== entry) {
      sessionStorage.setItem(RELOADED_KEY, entry);
      return location.reload();
    }
  } catch {
    // Storage is blocked: a second reload could not be prevented.
  }
  const message = document.getElementById('not-started');
  for (const link of message.querySelectorAll('a')) link.href = location.href;
  message.hidden = false;
};
let isStarted = false;
const start = () => {
  if (isStarted) return;
  isStarted = true;
  import(entry).catch(fail);
};
new PerformanceObserver(start).observe({ type: 'paint', buffered: true });
setTimeout(start, 1000);
