/** The script of the return page. */

import "./old.ts"; // before what an old browser cannot load

import { begin } from "./begin.ts";
import { returnTo } from "./returning.ts";

const SCREENS =
  "number field|looking trouble|thread answers|more field readers|" +
  "request asks step measure recipient proposal identity explained text until undone reason further more|" +
  "consent measure recipient proposal choices field readers|" +
  "consent-yes measure recipient proposal identity until beside own";
const WORDS_OF_RETURN =
  "answer-of request-of verdict-genuine verdict-retired verdict-not-genuine nobody-known lost-days read-line " +
  "read-busy receipt-empty receipt-characters receipt-group receipt-count receipt-check receipt-so-far " +
  "identity-named identity-described identity-no-detail identity-theme-only consent-choose consent-words " +
  "consent-over consent-maybe-sent consent-unknown consent-not-genuine consent-retired consent-nobody";

begin({ screens: SCREENS, words: WORDS_OF_RETURN }, async (opened, net) => {
  await returnTo(opened, net);
  return true;
});
