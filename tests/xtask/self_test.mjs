// Loads one module as a page would and prints its self-test's answer.
// Arguments: the generated bindings, the module.
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [bindings, file] = process.argv.slice(2);
const { default: init, self_test } = await import(pathToFileURL(bindings));
await init({ module_or_path: await readFile(file) });
console.log(self_test());
