import { session } from '../../lib/api/session.js';
import { SerializerRegistry } from '../../lib/values/index.js';

/**
 * What the tests of the suite register is forgotten after it: all tests of a run share the process, and workers would get
 * it in all that follow. Call it before the hook that calls `init`.
 */
export function forgetSerializersAfterwards(): void {
  const shared = session as { serializers: SerializerRegistry };
  let outer: SerializerRegistry;
  before(() => {
    outer = shared.serializers;
    shared.serializers = new SerializerRegistry();
  });
  after(() => {
    shared.serializers = outer;
  });
}
