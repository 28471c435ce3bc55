// Shows the directions in their first or second edition, as a page would that was edited between two visits: the comments
// have to find their passages again. `?edition=first` opens the first.

const article = document.querySelector('#directions');
const choice = document.querySelector('.editions');
const editions = {
  first: () => document.querySelector('#first').innerHTML,
  second: (
    (html) => () =>
      html
  )(article.innerHTML),
};

function show(name) {
  article.innerHTML = editions[name]();
  for (const button of choice.querySelectorAll('button')) {
    button.setAttribute('aria-pressed', String(button.dataset.edition === name));
  }
}

choice.addEventListener('click', ({ target }) => {
  const name = target.closest('button')?.dataset.edition;
  if (!name) return;
  show(name);
  const address = new URL(location.href);
  if (name === 'first') address.searchParams.set('edition', 'first');
  else address.searchParams.delete('edition');
  history.replaceState(history.state, '', address);
});

if (new URLSearchParams(location.search).get('edition') === 'first') show('first');
choice.hidden = false;
