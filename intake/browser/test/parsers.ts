/** Every parser of bytes by name, for whoever compares the two languages. A new parser is one line here. */

import { FormatError } from "../src/errors.ts";
import { recipientText } from "../src/public/keys.ts";
import { parsePin } from "../src/public/trust.ts";
import { checkEnvelope, checkSlot, parseHeader } from "../src/wire/age.ts";
import { attachmentsToJson, parseAttachments } from "../src/wire/attachments.ts";
import { fromUtf8, join, utf8 } from "../src/wire/bytes.ts";
import { parseDay, parseGone } from "../src/wire/day.ts";
import { parseDirectory } from "../src/wire/directory.ts";
import { encodeJson, parseJson } from "../src/wire/fields.ts";
import { fillFrame, MESSAGE_FRAMES, parseFrame, REPLY_FRAMES } from "../src/wire/frame.ts";
import { encodeMessage, MOST_MESSAGE, parseMessage } from "../src/wire/message.ts";
import { encodeNote, parseNote } from "../src/wire/note.ts";
import { parsePost } from "../src/wire/post.ts";
import { parseRecord } from "../src/wire/record.ts";
import { parseDigits } from "../src/wire/receipt.ts";
import { parseWords } from "../src/wire/receipt_words.ts";
import { encodeReply, parseFragment, parseReply } from "../src/wire/reply.ts";

/** Takes the whole input or throws `CryptoError`; gives what the twin writes for the same value, if it writes it. */
export type Parser = (data: Uint8Array) => Uint8Array | void;

export const PARSERS: Readonly<Record<string, Parser>> = {
  "age-header": (data) => void parseHeader(data),
  envelope: checkEnvelope,
  slot: checkSlot,
  recipient: (data) => utf8(recipientText(data)),
  "frame-message": (data) => frame(data, MESSAGE_FRAMES),
  "frame-reply": (data) => frame(data, REPLY_FRAMES),
  fragment: (data) => {
    const { replyId, at, count, data: piece } = parseFragment(data);
    return join(replyId, Uint8Array.of(at, count), piece);
  },
  json: (data) => encodeJson(parseJson(data, MOST_MESSAGE)),
  message: (data) => encodeMessage(parseMessage(data)),
  reply: (data) => encodeReply(parseReply(data)),
  attachments: (data) => encodeJson(attachmentsToJson(parseAttachments(parseJson(data, MOST_MESSAGE)))),
  note: (data) => encodeNote(parseNote(data)),
  directory: (data) => void parseDirectory(data),
  pin: (data) => void parsePin(data),
  record: (data) => void parseRecord(data),
  day: (data) => void parseDay(data),
  gone: (data) => void parseGone(data),
  post: (data) => void parsePost(data),
  receipt: (data) => parseDigits(text(data)),
  words: (data) => parseWords(text(data)),
};

function frame(data: Uint8Array, sizes: readonly number[]): Uint8Array {
  const { message, signature } = parseFrame(data, sizes);
  return fillFrame(message, signature, sizes);
}

/** What a person types is text before any parser sees it. */
function text(data: Uint8Array): string {
  try {
    return fromUtf8(data);
  } catch {
    throw new FormatError("text");
  }
}
