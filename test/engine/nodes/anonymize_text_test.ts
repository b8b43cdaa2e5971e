import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { maskPrivate } from "../../../lib/engine/nodes/privacy/anonymize_text.ts";
import {
  PRIVATE_KINDS,
  type PrivateKind,
  privateSpans,
} from "../../../lib/engine/nodes/privacy/private_data.ts";
import { close, connect, getTaskStatus, send, use } from "../../../mod.ts";
import { forEachTransport } from "../../support/engines.ts";
import { graph } from "../../support/one_object.ts";
import { builtin, startNode } from "./harness.ts";

/** Data of each kind, and what only looks like it. */
const SAMPLES: Readonly<
  Record<PrivateKind, { yes: readonly string[]; no: readonly string[] }>
> = {
  "e-mail address": {
    yes: ["john.smith@example.com", "a+b@x-y.co.uk", "jörg@müller.de"],
    no: ["a@b", "@example.com", "a@.com", "a @ b.com"],
  },
  "phone number": {
    yes: [
      "555-123-4567",
      "(555) 123-4567",
      "+1 555 123 4567",
      "5551234567",
      "+49 (0)30 1234-567",
      "+442079460958",
    ],
    no: ["555-1234", "2024-01-02", "12345678901234567890", "+12", "v1.555.1"],
  },
  "card number": {
    yes: [
      "4111111111111111",
      "4111 1111 1111 1111",
      "3782-822463-10005",
      "6304000000000000000",
    ],
    no: ["4111111111111112", "0000000000000000", "411111111111"],
  },
  "IBAN": {
    yes: [
      "DE89370400440532013000",
      "de89 3704 0044 0532 0130 00",
      "GB82 WEST 1234 5698 7654 32",
      "NO9386011117947",
    ],
    no: ["DE88370400440532013000", "DE89 3704", "XX12"],
  },
  "social security number": {
    yes: ["123-45-6789", "123 45 6789"],
    no: [
      "000-12-3456",
      "666-12-3456",
      "900-12-3456",
      "123-00-4567",
      "123-45 6789",
    ],
  },
  "IPv4 address": {
    yes: ["192.168.0.1", "255.255.255.255", "8.8.8.8"],
    no: ["256.1.1.1", "1.2.3", "1.2.3.4.5", "v1.2.3.4"],
  },
  "IPv6 address": {
    yes: ["::1", "2001:db8::ff00:42:8329", "fe80::", "::ffff:1.2.3.4"],
    no: ["12:30:45", "std::vector", "::", "aa:bb:cc:dd:ee:ff", "a:b"],
  },
  "credentials in a URL": {
    yes: ["user:pass", "token", "a:b@c"],
    no: ["", "host/x"],
  },
};

const around: Readonly<Partial<Record<PrivateKind, [string, string]>>> = {
  "credentials in a URL": ["https://", "@host/path"],
};

Deno.test("each kind is told by its form, between other words and at the ends", () => {
  for (const kind of PRIVATE_KINDS) {
    const [before, after] = around[kind] ?? ["", ""];
    for (const [left, right] of [["", ""], ["Call ", ", now"], ["(", ")."]]) {
      for (const text of SAMPLES[kind].yes) {
        const from = left!.length + before.length;
        assertEquals(
          privateSpans(left + before + text + after + right, [kind]),
          [{ kind, from, to: from + text.length }],
          `${kind}: ${left}${text}${right}`,
        );
      }
    }
  }
});

Deno.test("what only looks like a kind is not taken for it", () => {
  for (const kind of PRIVATE_KINDS) {
    const [before, after] = around[kind] ?? ["", ""];
    for (const text of SAMPLES[kind].no) {
      const found = privateSpans(before + text + after, [kind]);
      assertEquals(found, [], `${kind}: ${text}`);
    }
  }
});

Deno.test("a number is found among other groups of digits", () => {
  const card = "4111 1111 1111 1111";
  for (const text of [`12 ${card}`, `${card} 12 27`, `1 ${card} 99`]) {
    const from = text.indexOf(card);
    assertEquals(privateSpans(text, ["card number"]), [
      { kind: "card number", from, to: from + card.length },
    ]);
  }
  const iban = "DE89 3704 0044 0532 0130 00";
  assertEquals(privateSpans(`${iban} BIC COBADEFF`, ["IBAN"]), [
    { kind: "IBAN", from: 0, to: iban.length },
  ]);
});

Deno.test("a mask covers every character, and leaves the rest", () => {
  assertEquals(
    maskPrivate("Mail ann@x.org or 555-123-4567, 😀 ftp://u:p@h/", "*"),
    "Mail ********* or ************, 😀 ftp://***@h/",
  );
  assertEquals(maskPrivate("", "*"), "");
  assertEquals(maskPrivate("jörg@müller.de", "█").length, 14);
  assertEquals(maskPrivate("a@b.cd", "😀"), "😀".repeat(6));
});

const sample = fc.constantFrom(
  ...PRIVATE_KINDS.flatMap((kind) => {
    const [before, after] = around[kind] ?? ["", ""];
    return SAMPLES[kind].yes.map((text) => before + text + after);
  }),
);
const filler = fc.oneof(
  fc.constantFrom(" ", "\n", ", ", "-", ".", ":", "@", "1", "a", "://", "+"),
  fc.string({ maxLength: 8 }),
);
const texts = fc.array(fc.oneof(sample, filler), { maxLength: 20 })
  .map((parts) => parts.join(""));

Deno.test("nothing can be told in a masked text, and its length stays", () => {
  const masks = fc.constantFrom("█", "*", "x", "5", "-", "@", ".");
  fc.assert(
    fc.property(texts, masks, (text, mask) => {
      const masked = maskPrivate(text, mask);
      assertEquals([...masked].length, [...text].length);
      for (const { from, to } of privateSpans(masked)) {
        // Only the mask itself may look like data.
        assertEquals(masked.slice(from, to), mask.repeat(to - from));
      }
      assertEquals(maskPrivate(masked, mask), masked);
    }),
    { numRuns: 500 },
  );
});

Deno.test("a masked text differs from the text in masks only", () => {
  fc.assert(fc.property(texts, (text) => {
    const before = [...text];
    const after = [...maskPrivate(text, "█")];
    assert(after.every((sign, at) => sign === "█" || sign === before[at]));
  }));
});

Deno.test("data that words part from others never comes through", () => {
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1, maxLength: 6 }), (all) => {
      const masked = maskPrivate(all.join(" and "), "█");
      for (const kind of PRIVATE_KINDS) {
        if (around[kind]) continue;
        for (const text of SAMPLES[kind].yes) {
          // A short one may be a part of a word of the text itself.
          if (text.length > 5) assert(!masked.includes(text), masked);
        }
      }
    }),
  );
});

Deno.test("long runs are read in time that their length makes up for", () => {
  for (
    const part of ["a.", "1 ", "1-", "a@", ":", "DE12 ", "+", "1.", "(", "a:"]
  ) {
    const text = part.repeat(20_000);
    assertEquals(maskPrivate(text, "█").length, text.length);
  }
});

Deno.test("anonymize_text covers what lies across writes, and lets nothing else through", async () => {
  const pipe = (await startNode(builtin("anonymize_text"))).open();
  assertEquals(await pipe.send("text", "Write to john.sm"), "consume");
  assertEquals(await pipe.send("text", "ith@example.com."), "consume");
  assertEquals(pipe.emitted, []);
  await pipe.finish();
  assertEquals(pipe.on("text"), [`Write to ${"█".repeat(22)}.`]);
});

Deno.test("anonymize_text of nothing is nothing", async () => {
  const pipe = (await startNode(builtin("anonymize_text"))).open();
  await pipe.finish();
  assertEquals(pipe.emitted, []);
});

Deno.test("anonymize_text takes its mask from the profile, one character", async () => {
  const mask = async (anonymizeChar: string): Promise<string> => {
    const config = { profile: "gretelLarge", gretelLarge: { anonymizeChar } };
    const pipe = (await startNode(builtin("anonymize_text"), config)).open();
    await pipe.send("text", "a@b.cd");
    await pipe.finish();
    return pipe.on("text").join();
  };
  assertEquals(await mask("#"), "######");
  assertEquals(await mask("😀"), "😀".repeat(6));
  assertEquals(await mask(""), "██████");
  await assertRejects(
    () => mask("##"),
    Error,
    "Component anonymize_text_1: 'anonymizeChar' must be one character",
  );
});

Deno.test("anonymize_text stops when the pipe is abandoned", async () => {
  const signal = AbortSignal.abort(new Error("gone"));
  const pipe = (await startNode(builtin("anonymize_text"))).open({ signal });
  await assertRejects(() => pipe.finish(), Error, "gone");
});

forEachTransport(
  "a text goes through a pipeline anonymised, with a warning",
  async (options) => {
    const session = await connect(options);
    const task = await use(session, {
      pipeline: graph(
        ["in=webhook"],
        ["mask=anonymize_text", "text<in"],
        ["out=response_text", "text<mask"],
      ),
    });
    const { text } = await send(session, task, "I am ann@x.org", {
      mimeType: "text/plain",
    });
    assertEquals(text, ["I am █████████\n\n"]);
    const { warnings } = await getTaskStatus(session, task);
    assertEquals(warnings.length, 1);
    assert(warnings[0]?.includes("names of persons and places stay"));
    await close(session);
  },
  { forwarding: "engine" },
);

Deno.test("data right behind other data is found at once", () => {
  const phones = "(415) 555-0101".repeat(3);
  assertEquals(
    privateSpans(phones, ["phone number"]).map(({ from }) => from),
    [0, 14, 28],
  );
  assertEquals(maskPrivate(`${phones}!`, "x"), `${"x".repeat(42)}!`);
  const mails = "a@b.co+c@d.co";
  assertEquals(privateSpans(mails, ["e-mail address"]).length, 2);
});

Deno.test("a line whose masks make more and more look like data is masked as a whole", () => {
  const line = "+49 30 1234567::1".repeat(50);
  const masked = maskPrivate(`keep\n(${line})\nkeep`, "*");
  assertEquals(masked, `keep\n${"*".repeat(line.length + 2)}\nkeep`);
});

/** Data that stands between the same other text, and must be covered whole. */
const WRITTEN_OTHERWISE: Readonly<Record<string, readonly string[]>> = {
  "spaces of other kinds": [
    "4111\u00a01111\u00a01111\u00a01111",
    "4111\u202f1111\u202f1111\u202f1111",
    "(415)\u00a0555\u20090101",
    "DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000",
    "123\u202f45\u202f6789",
  ],
  "hyphens of other kinds": [
    "415\u2011555\u20110101",
    "415\u2013555\u20130101",
    "123\u201145\u20116789",
    "4111\u20121111\u20121111\u22121111",
    "415 – 555 – 0101",
  ],
  "digits of other scripts": [
    "４１５－５５５－０１０１",
    "٤١١١ ١١١١ ١١١١ ١١١١",
    "𝟒𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏",
    "１９２．１６８．０．１",
    "ann＠example．com",
  ],
  "characters without a width": [
    "4111\u200b1111\u200b1111\u200b1111",
    "ann\u00ad@example\u2060.com",
    "415\u200e-555-\ufeff0101",
  ],
  "a line end inside": [
    "4111 1111\n1111 1111",
    "4111-1111-\r\n  1111-1111",
    "415-555-\n0101",
    "+49 30\n1234567",
    "123-45-\n6789",
    "123 45\n6789",
    "DE89 3704 0044\n0532 0130 00",
  ],
  "signs that belong to it": [
    "o'neil@example.com",
    "r&d@example.com",
    "a!#$%*+^_`{|}~-b@example.com",
    '"ann smith"@example.com',
    "jose\u0301@example.com",
  ],
};

for (const [name, texts] of Object.entries(WRITTEN_OTHERWISE)) {
  Deno.test(`data is covered whole when it is written with ${name}`, () => {
    for (const text of texts) {
      const masked = maskPrivate(`Say: ${text}, now`, "*");
      const stars = text.replace(/[^\r\n]/gu, "*");
      assertEquals(masked, `Say: ${stars}, now`, text);
    }
  });
}

Deno.test("data is found with a hyphen or an underscore beside it", () => {
  const data = [
    "4111 1111 1111 1111",
    "415-555-0101",
    "+49 30 1234567",
    "123-45-6789",
    "192.168.0.1",
    "2001:db8::ff00:42:8329",
    "DE89370400440532013000",
  ];
  for (const text of data) {
    for (
      const [before, after] of [["_", "_"], ["-", "-"], ["id_", "_x"], [
        "- ",
        " -",
      ]]
    ) {
      const masked = maskPrivate(`${before}${text}${after}`, "*");
      for (const part of text.split(/[ -]/)) {
        assert(!masked.includes(part), `${before}${text}${after}: ${masked}`);
      }
    }
  }
});

Deno.test("quotes around an address stay", () => {
  assertEquals(maskPrivate("'a@b.cd' `a@b.cd`", "*"), "'******' `******`");
  assertEquals(maskPrivate("?a=1&mail=a@b.cd&c", "*"), "?a=1&mail=******&c");
});

Deno.test("columns of short numbers are no data", () => {
  const column = "100\n200\n3000\n";
  assertEquals(maskPrivate(column, "*"), column);
});

Deno.test("the whole of a span maps back to the text that it came from", () => {
  const plain = fc.constantFrom("a", " ", "\n", "\u00ad", "１", "\u00a0", "😀");
  const texts = fc.array(plain, { maxLength: 8 }).map((all) => all.join(""));
  fc.assert(fc.property(texts, texts, (before, after) => {
    const [from, mail] = [`${before} `, "ann\u200b＠example\u2060．com"];
    assertEquals(privateSpans(`${from}${mail} ${after}`, ["e-mail address"]), [{
      kind: "e-mail address",
      from: from.length,
      to: from.length + mail.length,
    }]);
  }));
});

Deno.test("an override covers the text, whole and with its component", async () => {
  const node = builtin("anonymize_text", {
    overrides: {
      anonymize_text: async (text, { id, config, signal }) => {
        await Promise.resolve();
        return `${id} ${config.model} ${signal.aborted} ${text.length}`;
      },
    },
  });
  assertEquals(node.limitation, undefined);
  const pipe = (await startNode(node)).open();
  await pipe.send("text", "Ann");
  await pipe.send("text", " Smith");
  await pipe.finish();
  const model = "urchade/gliner_small-v2.1";
  assertEquals(pipe.on("text"), [`anonymize_text_1 ${model} false 9`]);
});

Deno.test("an override that returns something else fails the object", async () => {
  const node = builtin("anonymize_text", {
    // A program in JavaScript may do that.
    overrides: { anonymize_text: () => undefined as unknown as string },
  });
  const pipe = (await startNode(node)).open();
  await pipe.send("text", "Ann");
  await assertRejects(
    () => pipe.finish(),
    TypeError,
    "the function 'anonymize_text' must return a string",
  );
});
