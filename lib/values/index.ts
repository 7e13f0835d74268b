export { type CodecOptions, createCodec } from './codec.js';
export { createPackageImporter, type PackageImporter } from './packages.js';
export { type Serializer, type SerializerParts, SerializerRegistry } from './serializers.js';
export {
  type AnyClass,
  type AnyFunction,
  type Codec,
  type CodecHooks,
  type EncodedValue,
  REMOTE_FUNCTION,
  type RemoteFunctionParts,
} from './types.js';
