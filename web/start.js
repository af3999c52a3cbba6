const { entry } = document.currentScript.dataset;
const start = () => import(entry);
if (document.hidden) start();
else new PerformanceObserver(start).observe({ type: 'paint', buffered: true });
setTimeout(start, 1000);
