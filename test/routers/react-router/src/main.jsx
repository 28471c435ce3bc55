import { createRoot } from 'react-dom/client';
import { createBrowserRouter, Link, Outlet, RouterProvider, useParams } from 'react-router';

function Layout() {
  return (
    <>
      <nav>
        <Link to="/">Home</Link> <Link to="/post/one">one</Link> <Link to="/post/two">two</Link>{' '}
        <Link to="/post/three">three</Link> <Link to="/named/one">named one</Link>{' '}
        <Link to="/named/two">named two</Link> <Link to="/named/three">named three</Link>
      </nav>
      <Outlet />
      <footer>
        <afterword-count></afterword-count> <afterword-bubble></afterword-bubble>
      </footer>
    </>
  );
}

function Post() {
  const { slug } = useParams();
  return (
    <main>
      <title>{`Post ${slug}`}</title>
      <h1>Post {slug}</h1>
      <afterword-comments server="https://comments.example"></afterword-comments>
    </main>
  );
}

function Named() {
  const { slug } = useParams();
  return (
    <main>
      <title>{`Named ${slug}`}</title>
      <h1>Named {slug}</h1>
      <afterword-comments server="https://comments.example" page-id={slug}></afterword-comments>
    </main>
  );
}

function Home() {
  return (
    <main>
      <title>Home</title>
      <h1>Home</h1>
    </main>
  );
}

const router = createBrowserRouter([
  {
    element: <Layout />,
    children: [
      { path: '/', element: <Home /> },
      { path: '/post/:slug', element: <Post /> },
      { path: '/named/:slug', element: <Named /> },
    ],
  },
]);

createRoot(document.getElementById('root')).render(<RouterProvider router={router} />);
