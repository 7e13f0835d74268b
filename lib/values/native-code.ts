/** Whether a function is made by V8, Node or a native addon (and not just bound to its arguments). */
export function isNativeFunction(fn: { readonly name: string }): boolean {
  return (
    /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(fn)) && !fn.name.startsWith('bound ')
  );
}
