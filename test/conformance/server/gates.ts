/** Places in pipelines where objects wait until a case lets them go on. */
export interface Gates {
  /** Wait at a gate until it is opened; who waits at it has reached it. */
  pass(name: string, signal: AbortSignal): Promise<void>;
  /** Settles when somebody has reached the gate. */
  reached(name: string): Promise<void>;
  /** Let through who waits and who comes. */
  open(name: string): void;
}

/** Make gates; each comes into being with its name, shut. */
export function gates(): Gates {
  interface Gate {
    readonly opened: PromiseWithResolvers<void>;
    readonly reached: PromiseWithResolvers<void>;
  }
  const all = new Map<string, Gate>();
  function gate(name: string): Gate {
    const made = all.get(name) ?? {
      opened: Promise.withResolvers<void>(),
      reached: Promise.withResolvers<void>(),
    };
    all.set(name, made);
    return made;
  }
  return {
    pass(name, signal): Promise<void> {
      const { opened, reached } = gate(name);
      reached.resolve();
      return new Promise((resolve, reject) => {
        if (signal.aborted) reject(signal.reason);
        signal.addEventListener("abort", () => reject(signal.reason));
        opened.promise.then(resolve);
      });
    },
    reached: (name) => gate(name).reached.promise,
    open: (name) => gate(name).opened.resolve(),
  };
}
