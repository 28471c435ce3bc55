import Link from 'next/link';
import Script from 'next/script';

export const metadata = { title: 'Home', icons: 'data:,' };

export default function Layout({ children }) {
  const slugs = ['one', 'two', 'three'];
  return (
    <html lang="en">
      <body>
        <nav>
          <Link href="/">Home</Link>{' '}
          {slugs.map((slug) => (
            <Link key={slug} href={`/post/${slug}`}>
              {slug}
            </Link>
          ))}{' '}
          {slugs.map((slug) => (
            <Link key={slug} href={`/named/${slug}`}>
              named {slug}
            </Link>
          ))}
        </nav>
        {children}
        <footer>
          <afterword-count></afterword-count> <afterword-bubble></afterword-bubble>
        </footer>
        <Script type="module" src="https://comments.example/afterword.js" />
      </body>
    </html>
  );
}
