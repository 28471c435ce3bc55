/**
 * Teaches the manifest's analyzer our table of attributes: `@property(attribute('page-id'))` names the attribute in a
 * call, where the analyzer looks for it in an object and else takes the property's name in small letters. And that only
 * the doc block names events.
 */
export default {
  // It would write where the manifest lies into package.json, and wrongly: ours is built.
  packagejson: false,
  plugins: [
    {
      name: 'afterword:attribute-names',
      analyzePhase({ ts, node, moduleDoc }) {
        if (!ts.isClassDeclaration(node)) return;
        const declaration = moduleDoc.declarations?.find((it) => it.name === node.name?.getText());
        for (const member of node.members) {
          const name = attributeNamedBy(ts, member);
          const documented = declaration?.attributes?.find((it) => it.fieldName === member.name?.getText());
          if (name && documented) documented.name = name;
        }
      },
      // The analyzer takes the first argument of an event's constructor for the event's name; ours take what happened.
      // Those with a sentence are from the doc block.
      moduleLinkPhase({ moduleDoc }) {
        for (const declaration of moduleDoc.declarations ?? []) {
          declaration.events = declaration.events?.filter((it) => it.description);
        }
      },
    },
  ],
};

/** `'x'` of `@property(attribute('x'))`. */
function attributeNamedBy(ts, member) {
  for (const decorator of member.modifiers?.filter(ts.isDecorator) ?? []) {
    if (!ts.isCallExpression(decorator.expression)) continue;
    const [options] = decorator.expression.arguments;
    if (!options || !ts.isCallExpression(options) || options.expression.getText() !== 'attribute') continue;
    const [name] = options.arguments;
    if (name && ts.isStringLiteral(name)) return name.text;
  }
  return undefined;
}
