// Preloaded into jsii's Node process by stacks/aws.py. The provider's index requires 2,180 modules at once, two
// seconds and 400 MB; here each export becomes a getter, so that only the resources in use are read.
"use strict";
const fs = require("fs");
const Module = require("module");

const INDEX = /[\\/]@cdktf[\\/]provider-[^\\/]+[\\/]lib[\\/]index\.js$/;
const EAGER_EXPORT = /^exports\.(\w+) = (require\("\.\/[\w-]+"\));$/gm;
const LAZY_EXPORT = 'Object.defineProperty(exports, "$1", { enumerable: true, get: () => $2 });';

const load = Module._extensions[".js"];
Module._extensions[".js"] = (module, filename) => {
  if (!INDEX.test(filename)) return load(module, filename);
  return module._compile(fs.readFileSync(filename, "utf8").replace(EAGER_EXPORT, LAZY_EXPORT), filename);
};
