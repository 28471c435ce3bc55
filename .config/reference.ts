/** `npm run reference`: writes the reference page of the elements from their doc blocks. */
import { writeFileSync } from 'node:fs';
import { formattedReference, REFERENCE } from './manifest.ts';

writeFileSync(REFERENCE, await formattedReference());
console.log(`${REFERENCE} written`);
