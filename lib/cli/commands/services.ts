import { Command } from "commander";
import { getService, getServices } from "../../../mod.ts";
import { examples } from "../connection.ts";
import { nearest } from "../failures.ts";
import { oneLine, plain } from "../output.ts";
import {
  type ConnectionFlags,
  Failure,
  withAction,
  withConnection,
} from "../run.ts";

/** `services`: what pipelines may be made of. */
export function servicesCommand(): Command {
  const command = new Command("services")
    .description("List the services that pipelines are made of.")
    .argument("[name]", "show one service with its lanes and fields")
    .addHelpText(
      "after",
      examples([
        ["rocketride services --local", "those of the embedded engine"],
        ["rocketride services webhook", "one of them"],
      ]),
    );
  return withAction<ConnectionFlags>(
    withConnection(command, { local: true }),
    async (run, [name]) => {
      const { out, signal } = run;
      const session = await run.connect();
      if (name !== undefined) {
        const service = await getService(session, name, { signal });
        if (!service) {
          const known = await getServices(session, { signal });
          const right = nearest(name, Object.keys(known));
          throw new Failure(
            `There is no service "${oneLine(name)}"`,
            right
              ? `did you mean ${oneLine(right)}?`
              : "rocketride services lists all",
          );
        }
        await out.result(service);
        return await out.line(plain(JSON.stringify(service, null, 2)));
      }
      const services = await getServices(session, { signal });
      await out.result({ services });
      await out.table(
        ["SERVICE", "TITLE", "CLASS", "LANES"],
        Object.entries(services).map(([name, service]) => [
          name,
          service.title ?? "",
          [service.classType ?? []].flat().join(", "),
          Object.keys(service.lanes ?? {}).join(", "),
        ]),
      );
    },
  );
}
