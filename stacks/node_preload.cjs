// Preloaded into jsii's Node process by stacks/aws.py, which says what for. It stands on jsii 1.14x and CDKTF 0.21.
"use strict";
const fs = require("fs");
const Module = require("module");
const { Writable } = require("stream");

const load = Module._extensions[".js"];
Module._extensions[".js"] = (module, filename) => {
  const way = WAYS.find(([files]) => files.test(filename));
  return way ? way[1](module, filename) : load(module, filename);
};

const WAYS = [
  [/[\\/]bin[\\/]jsii-runtime\.js$/, runProgramInThisProcess],
  [/[\\/]@cdktf[\\/]provider-[^\\/]+[\\/]lib[\\/]index\.js$/, exportLazily],
  [/[\\/]cdktf[\\/]lib[\\/]tokens[\\/]private[\\/]stack-trace\.js$/, traceNothing],
];

// The provider's index requires 2,180 modules at once, two seconds and 400 MB; each export becomes a getter.
function exportLazily(module, filename) {
  const eager = /^exports\.(\w+) = (require\("\.\/[\w-]+"\));$/gm;
  const lazy = 'Object.defineProperty(exports, "$1", { enumerable: true, get: () => $2 });';
  return module._compile(fs.readFileSync(filename, "utf8").replace(eager, lazy), filename);
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

// Every token keeps where in JavaScript it was made, which says nothing to whoever writes Python.
function traceNothing(module) {
  module.exports = { captureStackTrace: () => [] };
}
