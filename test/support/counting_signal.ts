/** A signal that knows how many listeners it has. */
export interface CountingSignal {
  /** The signal, to be passed as an option. */
  readonly signal: AbortSignal;
  /** Listeners that are attached now. */
  readonly listeners: number;
  /** Listeners that were ever attached. */
  readonly attached: number;
  /** Abort the signal. */
  abort(reason?: unknown): void;
}

/**
 * Make a signal that counts its listeners, to show that what was attached to a
 * signal of the user's is detached again.
 */
export function countingSignal(): CountingSignal {
  const controller = new AbortController();
  const { signal } = controller;
  const listeners = new Set<unknown>();
  let attached = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  Object.defineProperties(signal, {
    addEventListener: {
      value(type: string, listener: EventListener, options?: object): void {
        listeners.add(listener);
        attached++;
        add(type, listener, options);
      },
    },
    removeEventListener: {
      value(type: string, listener: EventListener): void {
        listeners.delete(listener);
        remove(type, listener);
      },
    },
  });
  // Listeners that are to run once are gone after the only event there is.
  add("abort", () => listeners.clear());
  return {
    signal,
    get listeners(): number {
      return listeners.size;
    },
    get attached(): number {
      return attached;
    },
    abort(reason?: unknown): void {
      controller.abort(reason);
    },
  };
}

/** The listeners that are attached to a signal from now on. */
export function listenersOf(signal: AbortSignal): ReadonlySet<unknown> {
  const attached = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (type: string, listener: unknown): void => {
    attached.add(listener);
    add(type, listener as EventListener);
  };
  signal.removeEventListener = (type: string, listener: unknown): void => {
    attached.delete(listener);
    remove(type, listener as EventListener);
  };
  return attached;
}
