import type { JSX } from "preact";
import { answers, documents, texts } from "@rocketride/streams";
import type { PipelineResult, ResultImage } from "@rocketride/streams";
import { counted } from "./format.ts";

/** Characters of a text that are shown. */
const MOST_CHARACTERS = 20_000;
/** Documents that are shown. */
const MOST_DOCUMENTS = 20;

/** The result of an object: texts, answers, tables, images. */
export function ResultView(
  { result }: { result: PipelineResult },
): JSX.Element {
  const found = [
    ...answers(result).map((it) => ["Answer", asText(it)] as const),
    ...texts(result).map((it) => ["Text", it.trim()] as const),
    ...fields(result.table).map((it) => ["Table", it.trim()] as const),
  ];
  const docs = documents(result);
  const images = fields<ResultImage>(result.image);
  return (
    <div class="result">
      {found.map(([title, text], at) => (
        <Excerpt key={at} title={title} text={text} />
      ))}
      {docs.length > 0 && (
        <section>
          <h3>{counted(docs.length, "document")}</h3>
          <ol class="documents">
            {docs.slice(0, MOST_DOCUMENTS).map((doc, at) => (
              <li key={at}>{shortened(doc.page_content ?? "")}</li>
            ))}
          </ol>
        </section>
      )}
      {images.map(({ image, mime_type }, at) => (
        <img key={at} alt="" src={`data:${mime_type};base64,${image}`} />
      ))}
      {found.length + docs.length + images.length === 0 && (
        <p class="quiet">The result has no texts and no documents.</p>
      )}
      <details>
        <summary>Whole result</summary>
        <Scrolled label="Result as JSON">
          {shortened(JSON.stringify(result, null, 2))}
        </Scrolled>
      </details>
    </div>
  );
}

/** Preformatted text, which scrolls if it is long. */
export function Scrolled(
  { label, children }: { label: string; children: string },
): JSX.Element {
  return <pre tabIndex={0} role="region" aria-label={label}>{children}</pre>;
}

function Excerpt(
  { title, text }: { title: string; text: string },
): JSX.Element {
  return (
    <section>
      <h3>{title}</h3>
      {text === ""
        ? <p class="quiet">Empty.</p>
        : <Scrolled label={title}>{shortened(text)}</Scrolled>}
    </section>
  );
}

/** A value as text: strings as they are, others as JSON. */
export function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

function fields<T = string>(value: readonly T[] | undefined): readonly T[] {
  return Array.isArray(value) ? value : [];
}

function shortened(text: string): string {
  const rest = text.length - MOST_CHARACTERS;
  return rest > 0
    ? `${text.slice(0, MOST_CHARACTERS)}… and ${
      counted(rest, "character")
    } more`
    : text;
}
