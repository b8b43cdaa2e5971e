/** The words of a text, as stores compare them: in lower case. */
export function wordsOf(text: string): readonly string[] {
  return text.normalize("NFC").toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
