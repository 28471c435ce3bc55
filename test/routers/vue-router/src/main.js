import { createApp } from 'vue';
import { createRouter, createWebHistory } from 'vue-router';
import App from './App.vue';
import Home from './Home.vue';
import Named from './Named.vue';
import Post from './Post.vue';

const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', component: Home, meta: { title: () => 'Home' } },
    { path: '/post/:slug', component: Post, meta: { title: ({ slug }) => `Post ${slug}` } },
    { path: '/named/:slug', component: Named, meta: { title: ({ slug }) => `Named ${slug}` } },
  ],
});
router.afterEach(({ meta, params }) => {
  document.title = meta.title(params);
});

createApp(App).use(router).mount('#app');
