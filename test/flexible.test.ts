// Flexible configuration through the whole front end: files in, diagnostics at the places where they were written.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { printGithub, printPretty } from "../src/cli/print.js";
import { check } from "../src/compile.js";
import { render } from "../src/flexible/render.js";
import { SourceText } from "../src/source/text.js";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gwc-flexible-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Files = Readonly<Record<string, string>>;

const usual: Files = {
  "settings/urls.json": '{ "api": "http://127.0.0.1:9000", "ttl": 30, "many": 1000000, "none": null }',
  "settings/routes.json": '{ "list": [ { "path": "/a", "doc": "x" }, { "path": "/b", "doc": "y" } ] }',
  "templates/backend.tmpl": '{\n  "url_pattern": "/json/{{ .doc }}",\n  "group": {{ marshal .doc }}\n}',
  "partials/router.txt": '"router": {\n  "hide_version_header": true\n}',
};

const whole = [
  "{",
  '  "version": 3,',
  '  "host": ["{{ .urls.api }}"],',
  '  "extra_config": { {{ include "router.txt" }} },',
  '  "endpoints": [',
  "    {{ range $i, $e := .routes.list }}{{ if $i }},{{ end }}",
  '    { "endpoint": "{{ $e.path }}", "backend": [ {{ template "backend.tmpl" $e }} ] }',
  "    {{ end }}",
  "  ]",
  "}",
  "",
].join("\n");

interface Case {
  readonly config?: string;
  readonly files?: Files;
  readonly environment?: Readonly<Record<string, string>>;
  readonly compat?: boolean;
}

function write({ config = whole, files = {} }: Case): string {
  for (const [name, text] of Object.entries({ ...usual, ...files, "krakend.json": config })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return join(folder, "krakend.json");
}

function environmentOf({ environment = {} }: Case): Record<string, string> {
  return {
    FC_ENABLE: "1",
    FC_SETTINGS: join(folder, "settings"),
    FC_TEMPLATES: join(folder, "templates"),
    FC_PARTIALS: join(folder, "partials"),
    ...environment,
  };
}

function run(given: Case = {}) {
  const file = write(given);
  return check(file, { compat: given.compat ?? false, environment: environmentOf(given) });
}

/** What was said, one line each: `severity code file:line:column text` with the related places below. */
function said(given: Case): readonly string[] {
  return run(given).diagnostics.flatMap(({ severity, code, message, span, related = [] }) => {
    const place = ({ source, start }: typeof span): string => {
      const { line, column } = source.position(start);
      return `${source.name.replace(`${folder}/`, "")}:${line}:${column}`;
    };
    return [
      `${severity} ${code} ${place(span)} ${message.replaceAll(`${folder}/`, "")}`,
      ...related.map((each) => `  ${each.note} ${place(each.span)}`),
    ];
  });
}

function rendered(config: string, given: Case = {}): string {
  const file = write({ ...given, config });
  return (
    render(new SourceText(file, config), environmentOf(given), given.compat ?? false).value?.source.text ?? ""
  );
}

describe("a configuration with templates", () => {
  it("is compiled as what it renders to", () => {
    const { value, diagnostics } = run();
    expect(diagnostics).toEqual([]);
    expect(value?.endpoints.map((each) => each.path)).toEqual(["/a", "/b"]);
  });

  it("says in the compiled program which line of which template made a backend", () => {
    const place = run().value?.endpoints[1]?.backends[0]?.where;
    expect(place).toBe("backend.tmpl:1");
  });

  it("is not rendered without FC_ENABLE", () => {
    expect(said({ environment: { FC_ENABLE: "" } })[0]).toContain("config/syntax");
  });

  it("is rendered for FC_ENABLE=0 too, with a warning", () => {
    expect(said({ environment: { FC_ENABLE: "0" } })).toEqual([
      "warning flexible/enabled FC_ENABLE:1:1 FC_ENABLE=`0` turns flexible configuration on",
    ]);
  });

  it("prints numbers as Go does", () => {
    expect(rendered("{{ .urls.many }} {{ int .urls.many }} {{ .urls.ttl }}")).toBe("1e+06 1000000 30");
  });

  it("reads the result as FC_OUT's extension says", () => {
    const out = join(folder, "out.yaml");
    const config =
      'version: 3\nhost: ["{{ .urls.api }}"]\nendpoints:\n- endpoint: /a\n  backend:\n  - url_pattern: /b\n';
    expect(said({ config, environment: { FC_OUT: out } })).toEqual([]);
    expect(readFileSync(out, "utf8")).toBe(config.replace("{{ .urls.api }}", "http://127.0.0.1:9000"));
  });
});

describe("faults of the rendered configuration", () => {
  it("stand in the template, with the rendered line and the call", () => {
    const files = {
      "templates/backend.tmpl": '{\n  "url_pattern": "/json/{{ .doc }}",\n  "alow": ["{{ .doc }}"]\n}',
    };
    expect(said({ files })).toEqual([
      "error config/misspelt-key templates/backend.tmpl:3:3 a backend has no key `alow`",
      "  as it was rendered krakend.json (rendered):11:3",
      "  called here krakend.json:7:49",
    ]);
  });

  it("stand in the partial", () => {
    const files = { "partials/router.txt": '"router": {\n  "hide_version_heder": true\n}' };
    expect(said({ files })).toEqual([
      expect.stringMatching(/^error \S+ partials\/router\.txt:2:3 /),
      "  as it was rendered krakend.json (rendered):5:3",
      "  called here krakend.json:4:21",
    ]);
  });

  it("cover the action that wrote a value", () => {
    const files = { "settings/urls.json": '{ "api": "http://127.0.0.1:9000/path with space" }' };
    const [first] = run({ files }).diagnostics;
    const { source, start, end } = first!.span;
    expect(source.text.slice(start, end)).toBe('"{{ .urls.api }}"');
  });

  it("name the value of the settings", () => {
    const files = { "settings/urls.json": '{\n  "api": "http://127.0.0.1:9000/path"\n}' };
    expect(said({ files })).toEqual([
      expect.stringMatching(/^error host\/invalid krakend\.json:3:12 /),
      "  as it was rendered krakend.json (rendered):3:12",
      "  the value settings/urls.json:2:10",
    ]);
    const inLoop = { "templates/backend.tmpl": '{ "url_pattern": "/x", "{{ .doc }}": [] }' };
    expect(said({ files: inLoop }).filter((each) => each.includes("the value"))).toEqual([
      "  the value settings/routes.json:1:36",
      "  the value settings/routes.json:1:66",
    ]);
  });

  it("tell annotations the rendered line as well", () => {
    const files = { "templates/backend.tmpl": '{ "url_pattern": "/x", "alow": [] }' };
    expect(printGithub(run({ files }).diagnostics)).toContain("as it was rendered: ");
  });
});

describe("faults of templates", () => {
  const one = (text: string, given: Case = {}): readonly string[] => said({ ...given, config: text });

  it("an undefined value is an error where it is printed", () => {
    expect(one('{ "version": 3, "name": "{{ .urls.apu }}" }')).toEqual([
      "error flexible/undefined krakend.json:1:34 `.urls.apu` is not defined; this writes `<no value>`",
    ]);
    const { hint } = run({ config: "{{ .urls.apu }}" }).diagnostics[0]!;
    expect(hint).toBe("did you mean `api`?");
  });

  it("so is null", () => {
    expect(one("{{ .urls.none }}")[0]).toContain("error flexible/null krakend.json:1:4");
  });

  it("a settings file that is not there is named in the hint", () => {
    const { hint } = run({ config: "{{ .services.api }}" }).diagnostics[0]!;
    expect(hint).toBe("a file `services.json` of FC_SETTINGS defines it; there is `.routes`, `.urls`");
  });

  it("all of them are told in one run, each once", () => {
    const text = "{{ range .routes.list }}{{ .a }}{{ end }}\n{{ .urls.b }}";
    expect(one(text).map((each) => each.split(" ")[2])).toEqual(["krakend.json:1:28", "krakend.json:2:9"]);
  });

  it("an undefined value in a function is an error, but not in those that are made for it", () => {
    expect(one("{{ marshal .urls.nope }}")[0]).toContain(
      "error flexible/undefined-argument krakend.json:1:17",
    );
    const text =
      '{{ .urls.x | default "a" }}{{ if .urls.x }}{{ end }}{{ with .urls.x }}{{ else }}b{{ end }}{{ if eq .urls.x "q" }}{{ end }}';
    expect(rendered(text)).toBe("ab");
  });

  it("an undefined value where a function needs one is told by its name", () => {
    expect(one("{{ upper .urls.apu }}")).toEqual([
      "error flexible/failed krakend.json:1:10 invalid value; expected string",
    ]);
    const { hint } = run({ config: "{{ upper .urls.apu }}" }).diagnostics[0]!;
    expect(hint).toBe("`.urls.apu` is not defined; did you mean `api`?");
  });

  it("a file whose templates nobody renders is told apart from broken JSON", () => {
    const { hint } = run({ environment: { FC_ENABLE: "" } }).diagnostics[0]!;
    expect(hint).toBe("this is a template: set FC_ENABLE=1, FC_SETTINGS and so on to render it");
  });

  it("a range over nothing is a warning", () => {
    const config = whole.replace(".routes.list", ".routes.lists");
    expect(said({ config })).toEqual([
      expect.stringContaining(
        "warning flexible/undefined-range krakend.json:6:31 `.routes.lists` is not defined",
      ),
    ]);
  });

  it("a missing partial is an error", () => {
    expect(one('{{ include "routr.txt" }}')).toEqual([
      "error flexible/partial krakend.json:1:4 there is no partial `routr.txt`: no such file or directory",
    ]);
    expect(run({ config: '{{ include "routr.txt" }}' }).diagnostics[0]?.hint).toBe(
      "did you mean `router.txt`?",
    );
  });

  it("a missing template, function or variable is an error", () => {
    expect(one('{{ template "backnd.tmpl" }}')[0]).toContain("flexible/no-template krakend.json:1:13");
    expect(one("{{ uper .urls.api }}\n{{ lowr 1 }}")).toEqual([
      "error flexible/no-function krakend.json:1:4 there is no function `uper`",
      "error flexible/no-function krakend.json:2:4 there is no function `lowr`",
    ]);
    expect(run({ config: "{{ uper 1 }}" }).diagnostics[0]?.hint).toBe("did you mean `upper`?");
    expect(one("{{ $x }}")[0]).toContain("flexible/no-variable krakend.json:1:4");
  });

  it("faults of several files are told in one run", () => {
    const files = { "templates/a.tmpl": "{{ if }}", "templates/b.tmpl": "\n{{ end }}" };
    expect(one("{{ .a", { files }).map((each) => each.split(" ").slice(1, 3).join(" "))).toEqual([
      "flexible/syntax krakend.json:1:1",
      "flexible/syntax templates/a.tmpl:1:7",
      "flexible/syntax templates/b.tmpl:2:1",
    ]);
  });

  it("a failing call tells the calls that led to it", () => {
    const files = { "templates/backend.tmpl": "{\n{{ upper 1 }}}" };
    expect(said({ files })).toEqual([
      "error flexible/failed templates/backend.tmpl:2:10 expected string; found 1",
      "  called here krakend.json:7:49",
    ]);
  });

  it("templates that call themselves without end are an error", () => {
    expect(one('{{ define "a" }}{{ template "a" }}{{ end }}{{ template "a" }}')[0]).toContain(
      "flexible/failed",
    );
  });

  it("functions that gwc does not have say why", () => {
    expect(one('{{ genCA "a" 1 }}')[0]).toContain(
      "flexible/unsupported krakend.json:1:4 gwc does not have the function `genCA`",
    );
  });

  it("settings must be JSON objects", () => {
    expect(said({ files: { "settings/list.json": "[1]" } })).toEqual([
      "error flexible/settings-not-an-object settings/list.json:1:1 a settings file holds one JSON object",
    ]);
    expect(said({ files: { "settings/bad.json": '{ "a": 1,\n  "b" 2 }' } })[0]).toContain(
      "flexible/settings-syntax settings/bad.json:2:",
    );
  });

  it("folders must be there", () => {
    for (const variable of ["FC_SETTINGS", "FC_TEMPLATES"])
      expect(said({ environment: { [variable]: join(folder, "nowhere") } })[0]).toContain(
        `error flexible/folder ${variable}:1:1`,
      );
  });
});

describe("FC_OUT", () => {
  it("is written also where the result is faulty", () => {
    const out = join(folder, "out.json");
    said({ config: '{ "version": 3, "port": "{{ .urls.x }}" }', environment: { FC_OUT: out } });
    expect(readFileSync(out, "utf8")).toBe('{ "version": 3, "port": "<no value>" }');
  });

  it("never takes the place of the configuration", () => {
    const out = join(folder, "krakend.json");
    expect(said({ environment: { FC_OUT: out } })[0]).toContain("error flexible/out");
    expect(readFileSync(out, "utf8")).toBe(whole);
  });

  it("is not written where there is nothing to write", () => {
    const out = join(folder, "out.json");
    said({ config: "{{", environment: { FC_OUT: out } });
    expect(existsSync(out)).toBe(false);
  });
});

describe("with --compat krakend", () => {
  it("an undefined value and a missing partial are written as KrakenD writes them", () => {
    const text = '{{ .urls.x }}{{ include "no.txt" }}{{ marshal .urls.x }}';
    expect(rendered(text, { compat: true })).toBe("<no value>null");
    const { diagnostics } = run({
      config: `{ "version": 3, "name": "${text}", "endpoints": [] }`,
      compat: true,
    });
    expect(diagnostics.map((each) => each.severity)).not.toContain("error");
  });

  it("a file with faulty templates is read as it is", () => {
    expect(rendered("{ {{ uper 1 }} }", { compat: true })).toBe("{ {{ uper 1 }} }");
    const codes = run({
      config: '{ "version": 3, "name": "{{ uper 1 }}", "endpoints": [] }',
      compat: true,
    }).diagnostics;
    expect(codes.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      "warning flexible/no-function",
    ]);
  });

  it("settings that are no objects are errors all the same", () => {
    expect(said({ files: { "settings/list.json": "[1]" }, compat: true })[0]).toContain(
      "error flexible/settings",
    );
  });
});

it("a report of a fault reads well", () => {
  const files = { "templates/backend.tmpl": '{\n  "url_pattern": "/json/{{ .doc }}",\n  "alow": []\n}' };
  const text = printPretty(run({ files }).diagnostics, { colour: false }).replaceAll(`${folder}/`, "");
  expect(text).toMatchInlineSnapshot(`
    "error[config/misspelt-key]: a backend has no key \`alow\`
      --> templates/backend.tmpl:3:3
        2 |   "url_pattern": "/json/{{ .doc }}",
        3 |   "alow": []
          |   ^^^^^^
        4 | }
      ... krakend.json (rendered):11:3  as it was rendered
       11 |   "alow": []
          |   ^^^^^^
      ... krakend.json:7:49  called here
        7 |     { "endpoint": "{{ $e.path }}", "backend": [ {{ template "backend.tmpl" $e }} ] }
          |                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      krakend: ignores the key without a word, and does without what it was to do
      hint: did you mean \`allow\`? Start a key with \`@\` to keep it as a comment
    "
  `);
});

it("gwc check reads the variables of its environment", () => {
  const file = write({});
  const command = [join(import.meta.dirname, "../bin/gwc.js"), "check", file];
  const run = (env: Record<string, string>) =>
    spawnSync(process.execPath, command, { env: { ...process.env, ...env }, encoding: "utf8" }).status;
  expect(run(environmentOf({}))).toBe(0);
  expect(run({ FC_ENABLE: "" })).toBe(1);
});
