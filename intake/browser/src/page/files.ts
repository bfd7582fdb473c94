/** The script that comes when somebody wants to add files: it tells the form what it can do. */

import type { NewFiles } from "./adding.ts";
import { newFiles } from "./chosen.ts";
import { word } from "./words.ts";

/** Each sentence that this script may put into a screen. One that is missing stops it before a file is chosen. */
const WORDS_OF_FILES =
  "files-choose files-none files-sum files-many files-large files-room file-changed files-lock files-refused " +
  "files-too-many files-line files-busy files-cancelled files-left pieces left-moment left-minutes left-hours";

for (const name of WORDS_OF_FILES.split(" ")) word(name);
document.dispatchEvent(new CustomEvent<NewFiles>("files", { detail: newFiles }));
