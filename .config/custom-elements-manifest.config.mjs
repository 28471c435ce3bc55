/**
 * Teaches the manifest's analyzer our table of attributes: `@property(attribute('page-id'))` names the attribute in a
 * call, where the analyzer looks for it in an object and else takes the property's name in small letters.
 */
export default {
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
