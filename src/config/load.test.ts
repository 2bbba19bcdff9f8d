import { describe, expect, test } from "vitest";
import { at, atPointer, plain } from "../source/located.js";
import { SourceText } from "../source/text.js";
import { type Format, formatOf } from "./formats.js";
import { parse } from "./load.js";

describe("the format", () => {
  test.each<[string, Format]>([
    ["krakend.json", "JSON"],
    ["krakend.yaml", "YAML"],
    ["a.b/krakend.yml", "YAML"],
    ["krakend.toml", "TOML"],
    ["krakend", "JSON"],
    ["krakend.YAML", "JSON"],
    ["krakend.yaml.tmpl", "JSON"],
    ["krakend.hcl", "JSON"],
  ])("%s is %s", (file, format) => {
    expect(formatOf(file)).toBe(format);
  });

  test("three texts, one tree", () => {
    const texts: Readonly<Record<Format, string>> = {
      JSON: '{"version":3,"host":["http://a"],"endpoints":[{"endpoint":"/x","backend":[{"url_pattern":"/y","is_collection":true}]}]}',
      YAML: "version: 3\nhost: [http://a]\nendpoints:\n- endpoint: /x\n  backend:\n  - url_pattern: /y\n    is_collection: true\n",
      TOML: 'version = 3\nhost = ["http://a"]\n[[endpoints]]\nendpoint = "/x"\n[[endpoints.backend]]\nurl_pattern = "/y"\nis_collection = true\n',
    };
    const trees = (Object.keys(texts) as Format[]).map((format) => {
      const { value, diagnostics } = parse(new SourceText("k", texts[format]), {}, format);
      expect(diagnostics).toEqual([]);
      return plain(value!.tree);
    });
    expect(trees[1]).toEqual(trees[0]);
    expect(trees[2]).toEqual(trees[0]);
  });

  test.each<[Format, string]>([
    ["JSON", "null"],
    ["YAML", ""],
    ["YAML", "# nothing\n"],
    ["YAML", "~"],
    ["TOML", ""],
  ])("%s %j is an empty configuration", (format, text) => {
    expect(plain(parse(new SourceText("k", text), {}, format).value!.tree)).toEqual({});
  });

  test.each<[Format, string]>([
    ["JSON", "[]"],
    ["YAML", "- a"],
    ["YAML", "text"],
  ])("%s %j is none", (format, text) => {
    const { value, diagnostics } = parse(new SourceText("k", text), {}, format);
    expect(value).toBeUndefined();
    expect(diagnostics.map(({ code }) => code)).toEqual(["config/not-an-object"]);
  });
});

describe("KRAKEND_ variables", () => {
  const read = (text: string, environment: Record<string, string>) =>
    parse(new SourceText("krakend.json", text), environment);

  test("set root keys, in the file or not; a dot nests; what is there beside stays", () => {
    const { value } = read('{"port":1,"tls":{"disabled":false,"enable_mtls":true},"Timeout":"1s"}', {
      KRAKEND_PORT: "8_080",
      KRAKEND_NAME: "",
      KRAKEND_TIMEOUT: "2s",
      "KRAKEND_TLS.DISABLED": "true",
      "KRAKEND_EXTRA_CONFIG.ROUTER.RETURN_ERROR_MSG": "true",
      KRAKEND_: "x",
      krakend_host: "y",
      OTHER: "z",
    });
    expect(plain(value!.tree)).toEqual({
      port: "8_080",
      name: "",
      Timeout: "1s",
      timeout: "2s",
      tls: { disabled: "true", enable_mtls: true },
      extra_config: { router: { return_error_msg: "true" } },
    });
  });

  test("have a place of their own", () => {
    const { value } = read("{}", { KRAKEND_PORT: "x" });
    expect(at(value!.tree, "port")?.span.source.name).toBe("KRAKEND_PORT");
    expect(atPointer(value!.tree, "/port").span).toMatchObject({ start: 0, end: 1 });
  });

  test("what Kubernetes injects is told apart", () => {
    const { value, diagnostics } = read("{}", {
      KRAKEND_PORT: "tcp://10.0.171.239:8080",
      KRAKEND_PORT_8080_TCP: "tcp://10.0.171.239:8080",
      KRAKEND_PORT_8080_TCP_ADDR: "10.0.171.239",
      KRAKEND_SERVICE_HOST: "10.0.171.239",
      KRAKEND_SERVICE_PORT_HTTP: "8080",
    });
    expect(plain(value!.tree)).toEqual({});
    expect(diagnostics.map(({ code }) => code)).toEqual(["config/injected-port"]);
  });
});
