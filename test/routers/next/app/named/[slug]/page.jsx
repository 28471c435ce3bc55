export const dynamicParams = false;
export const generateStaticParams = () => [{ slug: 'one' }, { slug: 'two' }, { slug: 'three' }];
export const generateMetadata = async ({ params }) => ({ title: `Named ${(await params).slug}` });

export default async function Named({ params }) {
  const { slug } = await params;
  return (
    <main>
      <h1>Named {slug}</h1>
      <afterword-comments server="https://comments.example" page-id={slug}></afterword-comments>
    </main>
  );
}
