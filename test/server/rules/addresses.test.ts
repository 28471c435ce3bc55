import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Proxies, networkOf } from '../../../src/server/rules/addresses.ts';
import { STANDARD_LIMITS } from '../../../src/server/rules/limits.ts';
import { Guest, open, reasonOf } from '../open.ts';

describe('whose address a request comes from', () => {
  const proxies = new Proxies(['10.0.0.0/8', '2001:db8:1::/48', '192.0.2.7']);
  const cases: readonly (readonly [string, string, string | undefined, string])[] = [
    ['no proxy, nothing forwarded', '203.0.113.5', undefined, '203.0.113.5'],
    ['a header nobody may send', '203.0.113.5', '198.51.100.1', '203.0.113.5'],
    ['one proxy', '10.1.2.3', '198.51.100.1', '198.51.100.1'],
    ['two proxies', '10.1.2.3', '198.51.100.1, 192.0.2.7', '198.51.100.1'],
    ['a forged beginning', '10.1.2.3', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
    ['forged to look like a proxy', '10.1.2.3', '1.1.1.1, 10.9.9.9', '1.1.1.1'],
    ['mapped IPv6', '::ffff:10.1.2.3', '198.51.100.1', '198.51.100.1'],
    ['IPv6 proxy', '2001:db8:1::9', '2001:db8:2::5', '2001:db8:2::5'],
    ['brackets and ports', '10.1.2.3', '[2001:db8:2::5]:4711', '2001:db8:2::5'],
    ['a port', '10.1.2.3', '198.51.100.1:4711', '198.51.100.1'],
    ['nonsense from a proxy', '10.1.2.3', 'unknown', '10.1.2.3'],
    ['nothing from a proxy', '10.1.2.3', undefined, '10.1.2.3'],
  ];
  for (const [what, peer, header, expected] of cases) {
    it(`H15: ${what}`, () => assert.equal(proxies.clientAddress(peer, header), expected));
  }

  it('H15: a customer of an IPv6 network is the whole /64', () => {
    assert.equal(networkOf('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
    assert.equal(networkOf('2001:DB8:1:2::9'), '2001:db8:1:2::/64');
    assert.equal(networkOf('2001:0db8:0001:0002:ffff::'), '2001:db8:1:2::/64');
    assert.equal(networkOf('2001:db8::1'), '2001:db8:0:0::/64');
    assert.equal(networkOf('::1'), '0:0:0:0::/64');
    assert.equal(networkOf('fe80::1%eth0'), 'fe80:0:0:0::/64');
    assert.equal(networkOf('192.0.2.1'), '192.0.2.1');
  });

  it('H15: a proxy that is none is refused when the server starts', () => {
    for (const proxy of ['proxy.example', '10.0.0.0/33', '10.0.0.0/x', '']) {
      assert.throws(() => new Proxies([proxy]), /"proxies" is/);
    }
  });

  it('H15, S-6: a spoofed header gets around no limit; a proxy’s word counts', async (t) => {
    const limit = { burst: 2, every: 1_000 };
    const free = { burst: 1_000, every: 1 };
    const limits = { ...STANDARD_LIMITS, writesByAddress: limit, writesByWriter: free };
    const direct = await open(t, { limits });
    const behind = await open(t, { limits, proxies: ['127.0.0.1'] });
    const statuses = async (server: typeof direct) => {
      const heard: number[] = [];
      for (let n = 0; n < 4; n += 1) {
        const headers = { 'x-forwarded-for': `198.51.100.${n}` };
        heard.push((await new Guest(server).tryPost(`Text ${n}`, { headers })).status);
      }
      return heard;
    };
    assert.deepEqual(await statuses(direct), [201, 201, 429, 429]);
    assert.deepEqual(await statuses(behind), [201, 201, 201, 201]);
    // Many addresses of one IPv6 network are one.
    const heard = [];
    for (let n = 0; n < 4; n += 1) {
      const headers = { 'x-forwarded-for': `2001:db8:5:5::${n}` };
      heard.push(reasonOf(await new Guest(behind).tryPost(`Six ${n}`, { headers })));
    }
    assert.deepEqual(heard, ['', '', 'rate-limited', 'rate-limited']);
    const rows = await behind.storage.reader.selectFrom('comments').select('address').execute();
    assert.equal(new Set(rows.map((row) => row.address)).size, 5);
  });
});
