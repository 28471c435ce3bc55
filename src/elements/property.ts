/**
 * Lit's `@property` and `@state` for the one way we use them: on plain fields, with TypeScript's own decorators. Lit's
 * bring the other ways along, half a kilobyte before the first paint; and what they do is this one call.
 */
import type { PropertyDeclaration, ReactiveElement } from 'lit';

export function property(options?: PropertyDeclaration) {
  return (prototype: ReactiveElement, name: PropertyKey): void =>
    (prototype.constructor as typeof ReactiveElement).createProperty(name, options);
}

export function state() {
  return property({ state: true, attribute: false });
}
