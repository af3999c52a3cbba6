// Preloaded into jsii's Node process by stacks/node.py. Each way to load a file here leaves what CDKTF writes as it was,
// and where a file is not as expected, the file as well. It stands on jsii 1.14x and CDKTF 0.21.
"use strict";
const fs = require("fs");
const Module = require("module");
const { Writable } = require("stream");

const load = Module._extensions[".js"];
Module._extensions[".js"] = (module, filename) => {
  const [, way] = WAYS.find(([files]) => files.test(filename));
  return way(module, filename);
};

const WAYS = [
  [/[\\/]bin[\\/]jsii-runtime\.js$/, runProgramInThisProcess],
  [/[\\/]lib[\\/]program\.js$/, loadChanged(printNoTypes)],
  [/[\\/]@cdktf[\\/]provider-[^\\/]+[\\/]lib[\\/]index\.js$/, loadChanged(exportLazily)],
  [/[\\/]cdktf[\\/]lib[\\/]tokens[\\/]private[\\/]stack-trace\.js$/, traceNothing],
  [/[\\/]cdktf[\\/]lib[\\/]tokens[\\/]private[\\/]resolve\.js$/, loadChanged(resolveLess)],
  [/[\\/]archiver[\\/]index\.js$/, loadWhenCalled],
  [/[\\/]@?cdktf[\\/]/, loadChanged(leaveMapOut)],
  [/(?:)/, load],
];

function loadChanged(change) {
  return (module, filename) => module._compile(change(fs.readFileSync(filename, "utf8")), filename);
}

// jsii's entry starts a second process for its program, and carries each message between that one's file descriptor 3
// and Python. Here the program runs in the first, where Python is at the other end of 0 and 1, and listens on 2 for
// what is printed.
function runProgramInThisProcess(module) {
  const PYTHON = 3;
  const { readSync, writeSync } = fs;
  fs.readSync = (fd, ...rest) => readSync(fd === PYTHON ? 0 : fd, ...rest);
  fs.writeSync = (fd, ...rest) => writeSync(fd === PYTHON ? 1 : fd, ...rest);
  for (const name of ["stdout", "stderr"]) {
    const value = new Writable({
      write(chunk, _encoding, done) {
        writeSync(2, `${JSON.stringify({ [name]: chunk.toString("base64") })}\n`);
        done();
      },
    });
    Object.defineProperty(process, name, { value });
  }
  // As its entry would have it; without, each file of each package would be linked anew.
  process.execArgv.push("--preserve-symlinks");
  module.require("../lib/program.js");
}

// The program prints each type that it meets, for the message of an assertion that holds.
function printNoTypes(source) {
  const printed = /(`Kernel error: expected type information, got )\$\{\(0,\w+\.inspect\)\((\w+)\)\}/;
  return source.replace(printed, "$1${$2}");
}

// The provider's index requires 2,180 modules at once, two seconds and 400 MB; each export becomes a getter.
function exportLazily(source) {
  const eager = /^exports\.(\w+) = (require\("\.\/[\w-]+"\));$/gm;
  return source.replace(eager, 'Object.defineProperty(exports, "$1", { enumerable: true, get: () => $2 });');
}

// Every token keeps where in JavaScript it was made, which says nothing to whoever writes Python.
function traceNothing(module) {
  module.exports = { captureStackTrace: () => [] };
}

// Most of what is resolved is the name of an argument, or a value without a token in it.
function resolveLess(source) {
  const less = leaveMapOut(source)
    .replace("makeContext()[0].resolve(key)", "isPlain(key) ? key : $&")
    .replace("makeContext(key)[0].resolve(obj[key])", "isPlain(obj[key]) ? obj[key] : $&");
  return `${less}\n${isPlain}`;
}

function isPlain(value) {
  if (typeof value !== "string") return value === undefined || typeof value === "boolean";
  return !/TfToken\[|[-|\d.+]e[-|\d.eE+]|Map Token Value$/.test(value);
}

// With it come eighty modules. Assets that are archives need them, and nothing here is one.
function loadWhenCalled(module, filename) {
  module.exports = (...given) => {
    load(module, filename);
    return module.exports(...given);
  };
}

// Two thirds of these files is a map to their TypeScript.
function leaveMapOut(source) {
  const map = source.lastIndexOf("//# sourceMappingURL=data:");
  return map < 0 ? source : source.slice(0, map);
}
