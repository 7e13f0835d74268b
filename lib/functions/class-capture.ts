import { type ParsedFunction, parseFunction } from './parsed-function.js';
import { child, children, isClassNode, isFunctionNode, isNode, keyName, type SyntaxNode } from './syntax.js';
import { applyEdits, inPlaceOf, type TextEdit } from './text-edits.js';
import type { AnyFunction } from './types.js';

/**
 * A class goes as its text and the values of its static fields. The text is evaluated again where it arrives, its
 * static initialisers and static blocks are not: what they did stands in the values, and they may have had effects
 * that belong to the program alone.
 */
export interface ClassText {
  /** The class's text, less its static initialisers. */
  readonly text: string;
  /** Static private fields, with the `#`, whose values are set when the class is made. */
  readonly privateStatics: readonly string[];
}

/** @param privateValues the class's static private fields, with the `#` */
export function classText(
  parsed: ParsedFunction,
  cls: AnyFunction,
  privateValues: ReadonlyMap<string, unknown>,
): ClassText {
  const edits: TextEdit[] = [];
  const privateStatics: string[] = [];
  const { text } = parsed;
  for (const member of membersOf(parsed.node)) {
    if (member.type === 'StaticBlock') {
      edits.push({
        start: member.start,
        end: member.end,
        text: inPlaceOf(text.slice(member.start, member.end), ';'),
      });
      continue;
    }
    if (member.type !== 'PropertyDefinition' || member.static !== true) continue;
    const key = child(member, 'key');
    if (isOwnFunction(parsed, cls, privateValues, member)) continue;
    if (key.type === 'PrivateIdentifier') privateStatics.push(`#${key.name as string}`);
    if (!isNode(member.value)) continue;
    // From the `=` on; a computed key's brackets close before it.
    const from = text.indexOf('=', member.computed === true ? text.indexOf(']', key.end) : key.end);
    const end = member.value.end;
    edits.push({ start: from, end, text: inPlaceOf(text.slice(from, end), ';') });
  }
  return { text: applyEdits(text, edits), privateStatics };
}

/** Whether a static field still holds the function that its initialiser writes down: the text makes it again. */
function isOwnFunction(
  parsed: ParsedFunction,
  cls: AnyFunction,
  privateValues: ReadonlyMap<string, unknown>,
  field: SyntaxNode,
): boolean {
  if (field.computed === true || !isNode(field.value)) return false;
  if (!isFunctionNode(field.value) && !isClassNode(field.value)) return false;
  const key = child(field, 'key');
  const value: unknown =
    key.type === 'PrivateIdentifier'
      ? privateValues.get(`#${key.name as string}`)
      : Object.getOwnPropertyDescriptor(cls, keyName(key) ?? '')?.value;
  return (
    typeof value === 'function' && textOf(value) === parsed.text.slice(field.value.start, field.value.end)
  );
}

/**
 * Whether evaluating the class's text makes this very property, so that it need not be shipped: methods and accessors
 * that nobody replaced.
 */
export function isMadeByText(
  parsed: ParsedFunction,
  name: string | symbol,
  descriptor: PropertyDescriptor,
  isStatic: boolean,
): boolean {
  const members = membersOf(parsed.node).filter(
    (member) =>
      (member.static === true) === isStatic &&
      member.type !== 'StaticBlock' &&
      // A computed key may be any.
      (member.computed === true || keyName(child(member, 'key')) === name),
  );
  const isMember = (fn: unknown): boolean => {
    if (typeof fn !== 'function') return false;
    const text = textOf(fn);
    return members.some((member) => {
      if (member.type === 'MethodDefinition') return methodText(parsed.text, member) === text;
      const { value } = member;
      return (
        isNode(value) &&
        (isFunctionNode(value) || isClassNode(value)) &&
        member.computed !== true &&
        parsed.text.slice(value.start, value.end) === text
      );
    });
  };
  if ('value' in descriptor) return isMember(descriptor.value);
  return [descriptor.get, descriptor.set].every((accessor) => accessor === undefined || isMember(accessor));
}

/** A method's text as the engine gives it, which leaves out `static`. */
function methodText(text: string, member: SyntaxNode): string {
  const whole = text.slice(member.start, member.end);
  if (member.static !== true) return whole;
  return whole.replace(/^static(\s|\/\*[\s\S]*?\*\/|\/\/.*[\n\r])*/, '');
}

/** Expressions that are evaluated while the class is made: its superclass and its computed keys. */
export function earlyNodes(parsed: ParsedFunction): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  if (isNode(parsed.node.superClass)) found.push(parsed.node.superClass);
  for (const member of membersOf(parsed.node)) if (member.computed === true) found.push(child(member, 'key'));
  return found;
}

const privateMembers = new WeakMap<AnyFunction, string | undefined>();

/** A private member that objects of a class have, of its own or of its superclasses; undefined when there is none. */
export function privateMemberOf(cls: AnyFunction): string | undefined {
  if (!privateMembers.has(cls)) privateMembers.set(cls, findPrivateMember(cls));
  return privateMembers.get(cls);
}

function findPrivateMember(cls: AnyFunction): string | undefined {
  const text = textOf(cls);
  if (text.startsWith('class') && text.includes('#')) {
    const found = membersOf(parseFunction(text, true).node).find(
      (member) => member.static !== true && isNode(member.key) && member.key.type === 'PrivateIdentifier',
    );
    if (found !== undefined) return `#${child(found, 'key').name as string}`;
  }
  const parent: unknown = Object.getPrototypeOf(cls);
  return typeof parent === 'function' ? privateMemberOf(parent as AnyFunction) : undefined;
}

function membersOf(cls: SyntaxNode): SyntaxNode[] {
  return children(child(cls, 'body'), 'body') as SyntaxNode[];
}

function textOf(fn: unknown): string {
  return Function.prototype.toString.call(fn);
}
