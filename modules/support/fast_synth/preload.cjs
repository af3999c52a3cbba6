// Preloaded into jsii's Node process by this folder's __init__.py, which names the versions that it was written for.
// Each rule changes how a file is loaded. A file that does not match its pattern is loaded as it is.
"use strict";
const fs = require("fs");

const load = require.extensions[".js"];

const RULES = [
  [/[\\/]@cdktf[\\/]provider-[^\\/]+[\\/]lib[\\/]index\.js$/, compileChanged(makeExportsLazy)],
  [/[\\/]cdktf[\\/]lib[\\/]tokens[\\/]private[\\/]stack-trace\.js$/, skipStackTraces],
  [/[\\/]archiver[\\/]index\.js$/, loadOnFirstCall],
  [/[\\/]@?cdktf[\\/]/, compileChanged(removeSourceMap)],
];

require.extensions[".js"] = (module, filename) => {
  const [, rule = load] = RULES.find(([pattern]) => pattern.test(filename)) ?? [];
  return rule(module, filename);
};

function compileChanged(change) {
  return (module, filename) => module._compile(change(fs.readFileSync(filename, "utf8")), filename);
}

// The provider's index requires 2,180 modules at once: two seconds and 400 MB. Each export becomes a getter.
function makeExportsLazy(source) {
  const eager = /^exports\.(\w+) = (require\("\.\/[\w-]+"\));$/gm;
  return source.replace(eager, 'Object.defineProperty(exports, "$1", { enumerable: true, get: () => $2 });');
}

// Every token records a JavaScript stack trace, which says nothing about the Python code.
function skipStackTraces(module) {
  module.exports = { captureStackTrace: () => [] };
}

// The archiver brings 80 modules, and only an asset that is an archive needs it.
function loadOnFirstCall(module, filename) {
  module.exports = (...parameters) => {
    load(module, filename);
    return module.exports(...parameters);
  };
}

// Two thirds of each of these files is an inline source map.
function removeSourceMap(source) {
  const map = source.lastIndexOf("//# sourceMappingURL=data:");
  return map < 0 ? source : source.slice(0, map);
}
