export const dynamicParams = false;
export const generateStaticParams = () => [{ slug: 'one' }, { slug: 'two' }, { slug: 'three' }];
export const generateMetadata = async ({ params }) => ({ title: `Post ${(await params).slug}` });

export default async function Post({ params }) {
  const { slug } = await params;
  return (
    <main>
      <h1>Post {slug}</h1>
      <afterword-comments server="https://comments.example"></afterword-comments>
    </main>
  );
}
