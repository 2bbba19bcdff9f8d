// Gateway -> the modules of its program. Cannot fail: all that can be wrong was found before.
import type { Gateway } from "../model/model.js";
import { environmentModule } from "./environment.js";
import { guardModule } from "./layers.js";
import { mainModule, missesModule } from "./main.js";
import type { Module } from "./module.js";
import { Names } from "./names.js";
import { routeModule } from "./route.js";
import { routerModule } from "./router.js";
import { Upstreams } from "./upstreams.js";

export function generate(gateway: Gateway, version: string): readonly Module[] {
  const upstreams = new Upstreams(gateway);
  const program = { files: new Names(), handlers: new Names(["route", "missed"]) };
  const routes = gateway.endpoints.map((endpoint) => routeModule(endpoint, gateway, upstreams, program));
  const guard = guardModule(gateway);
  return [
    mainModule(gateway, version),
    routerModule(gateway, routes),
    missesModule(gateway),
    ...(guard === undefined ? [] : [guard]),
    upstreams.module(),
    ...environmentModule(gateway),
    ...routes.map((route) => route.module),
  ];
}
