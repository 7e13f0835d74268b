import type { Serializer } from '../values/index.js';
import { session } from './session.js';

/**
 * Makes instances of a class travel: `serialize` takes one apart into anything that can be sent, `deserialize` puts it
 * together again. Register a class once, in the driver, before the first call of a function that returns its instances:
 * each worker then gets the class and both functions before it runs a function that was called later, or with the first
 * value. A second registration of a class replaces the first.
 *
 * @example
 * ```ts
 * mobula.registerSerializer(Vector, {
 *   serialize: (vector) => vector.components,
 *   deserialize: (components: Float64Array) => new Vector(components),
 * })
 * ```
 * @throws InvalidArgumentError
 */
export function registerSerializer<Instance extends object, Data>(
  target: abstract new (...parameters: never[]) => Instance,
  serializer: Serializer<Instance, Data>,
): void {
  session.serializers.register(target, serializer);
}
