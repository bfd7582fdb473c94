/**
 * age-encryption also knows passphrases, tags and plain X25519, and noble other hybrids, all of which FORMAT.md 2.1
 * refuses; noble also knows other fields than those of its curve. Without their code the script is a fifth smaller,
 * and no mistake can reach it.
 */

import { readFile } from "node:fs/promises";

const CUTS = [
  { file: /age-encryption\/dist\/recipients\.js$/, cut: withoutClasses },
  { file: /age-encryption\/dist\/index\.js$/, cut: withoutPassphrases },
  { file: /post-quantum\/hybrid\.js$/, cut: withoutUnusedHybrids },
  { file: /curves\/abstract\/edwards\.js$/, cut: withoutConversions },
  { file: /curves\/abstract\/modular\.js$/, cut: withoutOtherFields },
];
const REFUSED = [
  "TagRecipient",
  "HybridTagRecipient",
  "X25519Recipient",
  "X25519Identity",
  "ScryptRecipient",
  "ScryptIdentity",
];

export const leaveOut = {
  name: "leave-out",
  setup(esbuild) {
    for (const { file, cut } of CUTS) {
      esbuild.onLoad({ filter: file }, async ({ path }) => ({
        contents: cut(await readFile(path, "utf-8")),
        loader: "js",
      }));
    }
  },
};

/** One class, which cannot be made, in the place of all of them. */
function withoutClasses(source) {
  const names = REFUSED.map((name) => `LeftOut as ${name}`).join(", ");
  const rest = REFUSED.reduce((left, name) => replaced(left, classNamed(name), ""), source);
  return `${rest}\nclass LeftOut { constructor() { throw Error("left out"); } }\nexport { ${names} };\n`;
}

function classNamed(name) {
  return new RegExp(`^export class ${name} \\{\\n(?:(?: .*)?\\n)*\\}\\n`, "m");
}

function withoutPassphrases(source) {
  return ["setPassphrase", "setScryptWorkFactor", "addPassphrase", "decryptHeader"].reduce(withoutMethod, source);
}

function withoutConversions(source) {
  return ["toMontgomery", "toMontgomerySecret"].reduce(withoutMethod, source);
}

/** Ed25519 brings its own root, and no field that somebody else made: both stop here, instead of being looked into. */
function withoutOtherFields(source) {
  return ["FpSqrt", "validateField"].reduce(withoutBody, source);
}

function withoutBody(source, name) {
  const body = new RegExp(`(?<=^export function ${name}\\(.*\\) \\{\\n)(?: .*\\n)*(?=\\}\\n)`, "m");
  return replaced(source, body, '    throw new Error("left out");\n');
}

function withoutMethod(source, name) {
  const method = new RegExp(`^( +)(?:async )?${name}\\(.*\\) \\{\\n(?:\\1 .*\\n)*\\1\\},?\\n`, "m");
  return replaced(source, method, "");
}

/** What makes them is called while the module loads; marked as doing nothing else, it goes when nobody asks for it. */
function withoutUnusedHybrids(source) {
  const called = /(?<=^(?:export )?const \w+ = )(?=(?:ecdhKem|QSF|createKitchenSink)\()/gm;
  const arguments_ = /(?<=^export const QSF_\w+ = .*, )(?=ecdhKem\()/gm;
  return replaced(replaced(source, called, "/* @__PURE__ */ "), arguments_, "/* @__PURE__ */ ");
}

/** Another release of the library may be written otherwise: then the build stops. */
function replaced(source, pattern, by) {
  const changed = source.replace(pattern, by);
  if (changed === source) throw new Error(`nothing to leave out: ${pattern}`);
  return changed;
}
