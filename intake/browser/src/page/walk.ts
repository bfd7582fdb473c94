/** Where a person goes from a screen; the order of the screens and nothing else. */

/** What a screen ended with; `change` names the screen to go back to and change. */
export type Move = "next" | "back" | { readonly change: string };

/** A place in the row of screens. `returning`: the person came from the check, and goes back there. */
export interface Place {
  readonly at: number;
  readonly returning: boolean;
}

/** The place after this move. Before the first screen it is -1; behind the last it is the number of screens. */
export function step(place: Place, move: Move, names: readonly string[]): Place {
  const check = names.length - 1;
  if (typeof move === "object") return { at: names.indexOf(move.change), returning: true };
  if (place.returning && place.at !== check) return { at: check, returning: false };
  return { at: place.at + (move === "next" ? 1 : -1), returning: false };
}
