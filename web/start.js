const { entry } = document.currentScript.dataset;
const start = () => import(entry);
if (document.hidden) start();
else requestAnimationFrame(() => setTimeout(start));
