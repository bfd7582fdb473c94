/** The script of the form. */

import "./old.ts"; // before what an old browser cannot load

import { begin } from "./begin.ts";
import { write } from "./writing.ts";

const SCREENS = "files field coming|chosen field list|check changed committees readers|receipt digits";
const WORDS_OF_WRITE = "files files-missing";

begin({ screens: SCREENS, words: WORDS_OF_WRITE }, async (opened, net, dataset) => {
  const sent = (await write(opened, net, dataset["questionnaire"] ?? "")) === "sent";
  if (!sent) location.assign(dataset["start"] ?? "/");
  return sent;
});
