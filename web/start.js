const { entry } = document.currentScript.dataset;
const start = () => import(entry);
new PerformanceObserver(start).observe({ type: 'paint', buffered: true });
setTimeout(start, 1000);
