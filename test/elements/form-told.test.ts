/** What waits, and what was not posted again, says so before it is asked (FIELD L17). */
import { expect } from '@open-wc/testing';
import type { Operation } from '../../src/model/operation.ts';
import { comment } from '../helpers/builders.ts';
import { allByRole, byRole, focused } from '../helpers/by-role.ts';
import { FakeStore } from '../helpers/fake-store.ts';
import { replyRow, rowOf } from '../helpers/rows.ts';
import { putSection, said, settled, waitFor } from '../helpers/section.ts';
import { press, type } from '../helpers/writing.ts';
import type { AfterwordForm } from '../../src/elements/afterword-form.ts';

const rows = [rowOf(comment('1', { descendants: 1 })), replyRow('2', '1')];

describe('a reply that was begun', () => {
  it('L17: says so at its comment before Reply is pressed, and goes on from there', async () => {
    const store = new FakeStore({ rows, count: 2 });
    store.drafts.set('reply 2', { text: 'I was about to say', savedAt: 1 });
    const section = await putSection(store);
    await waitFor(() => allByRole(section, 'button', 'Continue your reply to Bob').length, 'the draft to be told of');
    expect(byRole(section, 'button', 'Reply to Ann').textContent?.trim()).to.equal('Reply');
    byRole(section, 'button', 'Continue your reply to Bob').click();
    await waitFor(() => allByRole(section, 'textbox', 'Your reply to Bob').length, 'the form');
    const field = byRole(section, 'textbox', 'Your reply to Bob') as HTMLTextAreaElement;
    await waitFor(() => field.value === 'I was about to say', 'the words');
  });

  it('L17: one that is closed with words in it waits in sight; sent or emptied it waits no more', async () => {
    const store = new FakeStore({ rows, count: 2 });
    const section = await putSection(store);
    const open = async (name: string): Promise<AfterwordForm> => {
      byRole(section, 'button', name).click();
      await waitFor(() => allByRole(section, 'textbox', 'Your reply to Ann').length, 'the form');
      const form = (byRole(section, 'textbox', 'Your reply to Ann').getRootNode() as ShadowRoot).host as AfterwordForm;
      await form.ready;
      await form.updateComplete;
      return form;
    };
    const form = await open('Reply to Ann');
    await type(form, 'Half a sentence');
    await press(form, 'Escape');
    await waitFor(() => allByRole(section, 'button', 'Continue your reply to Ann').length, 'the draft to be told of');
    const again = await open('Continue your reply to Ann');
    (again.renderRoot.querySelector('textarea') as HTMLTextAreaElement).select();
    document.execCommand('delete');
    await again.updateComplete;
    await press(again, 'Escape');
    await waitFor(() => allByRole(section, 'button', 'Reply to Ann').length, 'nothing to be waiting');
  });
});

describe('words that were posted before', () => {
  const operation = { kind: 'post', id: 'new', createdAt: 1, text: 'Thanks!' } as unknown as Operation;

  it('L17: a repeat is said in words, at the comment that was there already', async () => {
    const store = new FakeStore({ rows, count: 2 });
    const section = await putSection(store);
    const posted: string[] = [];
    section.addEventListener('afterword-posted', ({ comment: { id } }) => posted.push(id));
    store.tell({ result: 'acknowledged', operation, comment: comment('2'), repeats: true });
    await settled(section);
    const words = 'You posted these words here before, so they were not posted again.';
    const row = byRole(section, 'article', /^Bob/);
    expect(row.textContent).to.contain(words);
    await waitFor(() => said(section) === words, 'it to be said');
    expect(focused()).to.equal(row);
    await expect(section).to.be.accessible();
    byRole(row, 'button', 'Close').click();
    await settled(section);
    expect(row.textContent).not.to.contain(words);
    expect(posted, 'nothing new is on the page').to.deep.equal([]);
  });

  it('L17: where that comment is not on the screen it is asked for', async () => {
    const store = new FakeStore({ rows, count: 20 });
    const section = await putSection(store);
    store.tell({ result: 'acknowledged', operation, comment: comment('19'), repeats: true });
    await waitFor(
      () => store.calls.some(([call, id]) => call === 'showLinked' && id === '19'),
      'the comment to be shown',
    );
    await waitFor(() => said(section).startsWith('You posted these words'), 'it to be said');
  });
});
