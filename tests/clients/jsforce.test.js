// jsforce, unmodified, against the simulated org.

import assert from 'node:assert/strict';
import { createSign, generateKeyPairSync } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';

import jsforce from 'jsforce';

import { startSimulator } from './simulator.js';

const KEY = 'HubSpot_Company_Id__c';
const APP = { clientId: 'tandem-consumer-key', clientSecret: 'tandem-consumer-secret' };
const USER = 'integration@example.com';
const VERSION = '62.0';

let simulator;
let conn;

function connect(oauth2 = {}, others = {}) {
  return new jsforce.Connection({
    version: VERSION,
    loginUrl: simulator.url,
    oauth2: { loginUrl: simulator.url, redirectUri: 'http://localhost:1/back', ...APP, ...oauth2 },
    ...others,
  });
}

async function authorizedByCode(oauth2) {
  const app = connect(oauth2);
  const sentBack = await fetch(app.oauth2.getAuthorizationUrl({ scope: 'api refresh_token' }), { redirect: 'manual' });
  await app.authorize(new URL(sentBack.headers.get('location')).searchParams.get('code'));
  return app;
}

const accounts = (count) => Array.from({ length: count }, (_, n) => ({ Name: `Acme ${n}`, [KEY]: `${n}` }));

before(async () => {
  simulator = await startSimulator();
});
after(() => simulator.stop());
beforeEach(async () => {
  await simulator.reset();
  await simulator.configure({ salesforce: { bulk_queue_seconds: 0, bulk_batch_seconds: 0 } });
  conn = connect();
  await conn.authorize({ grant_type: 'client_credentials' });
});

describe('logging in', () => {
  test('by user name and password', async () => {
    const user = await connect().login(USER, 'integration-password');
    assert.match(user.id, /^005/);
    await assert.rejects(connect().login(USER, 'wrong'), { name: 'invalid_grant', message: /authentication failure/ });
  });

  test('by JWT', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = publicKey.export({ type: 'spki', format: 'pem' });
    await simulator.seed({ salesforce: { oauth: { public_key: pem } } });
    const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const exp = Math.floor(Date.now() / 1000) + 120;
    const claims = { iss: APP.clientId, sub: USER, aud: 'https://login.salesforce.com', exp };
    const unsigned = `${encode({ alg: 'RS256' })}.${encode(claims)}`;
    const signature = createSign('RSA-SHA256').update(unsigned).sign(privateKey, 'base64url');
    const app = connect();
    await app.authorize({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: `${unsigned}.${signature}`,
    });
    assert.equal((await app.identity()).username, USER);
  });

  test('by a code from the browser, with and without a verifier', async () => {
    for (const useVerifier of [false, true]) {
      const app = await authorizedByCode({ useVerifier });
      assert.equal((await app.query('SELECT Id FROM Account')).totalSize, 0);
      assert.ok(app.refreshToken);
    }
  });

  test('a session that ended is renewed on the way', async () => {
    const app = await authorizedByCode();
    const renewed = [];
    app.on('refresh', (token) => renewed.push(token));
    await simulator.configure({ salesforce: { expire_tokens: true } });
    assert.equal((await app.query('SELECT Id FROM Account')).totalSize, 0);
    assert.equal(renewed.length, 1);
  });

  test('a session that cannot be renewed is an error', async () => {
    const { instanceUrl, accessToken } = conn;
    await simulator.configure({ salesforce: { expire_tokens: true } });
    await assert.rejects(conn.query('SELECT Id FROM Account'), { message: /No refresh token found/ });
    const bare = new jsforce.Connection({ version: VERSION, instanceUrl, accessToken });
    await assert.rejects(bare.query('SELECT Id FROM Account'), { errorCode: 'INVALID_SESSION_ID' });
  });

  test('a logout is final', async () => {
    const { instanceUrl, accessToken } = conn;
    await conn.logoutByOAuth2();
    const again = new jsforce.Connection({ version: VERSION, instanceUrl, accessToken });
    await assert.rejects(again.query('SELECT Id FROM Account'), { errorCode: 'INVALID_SESSION_ID' });
  });
});

describe('about the org', () => {
  test('the identity is found without a login of its own', async () => {
    const { instanceUrl, accessToken } = conn;
    const bare = new jsforce.Connection({ version: VERSION, instanceUrl, accessToken });
    const identity = await bare.identity();
    assert.deepEqual([identity.username, identity.user_type], [USER, 'STANDARD']);
  });

  test('versions, limits and usage', async () => {
    const versions = await conn.request('/services/data');
    assert.ok(versions.some(({ version }) => version === VERSION));
    const limits = await conn.limits();
    assert.ok(limits.DailyApiRequests.Remaining < limits.DailyApiRequests.Max);
    assert.ok(conn.limitInfo.apiUsage.used > 0);
  });

  test('objects and fields', async () => {
    const { sobjects } = await conn.describeGlobal();
    assert.ok(sobjects.some(({ name }) => name === 'Account'));
    const { fields, childRelationships } = await conn.describe('Account');
    assert.ok(fields.find(({ name }) => name === KEY).externalId);
    assert.ok(childRelationships.some(({ relationshipName }) => relationshipName === 'Contacts'));
  });
});

describe('records', () => {
  test('are created, read, updated and deleted', async () => {
    const { id, success } = await conn.sobject('Account').create({ Name: 'Acme' });
    assert.ok(success);
    await conn.sobject('Account').update({ Id: id, Phone: '1' });
    const { Name, Phone, attributes } = await conn.sobject('Account').retrieve(id);
    assert.deepEqual([Name, Phone, attributes.type], ['Acme', '1', 'Account']);
    assert.ok((await conn.sobject('Account').destroy(id)).success);
    await assert.rejects(conn.sobject('Account').retrieve(id), { errorCode: 'ENTITY_IS_DELETED' });
  });

  test('are upserted by an external id', async () => {
    const first = await conn.sobject('Account').upsert({ Name: 'Acme', [KEY]: '7' }, KEY);
    const second = await conn.sobject('Account').upsert({ Name: 'Acme Inc', [KEY]: '7' }, KEY);
    assert.deepEqual([first.created, second.created, second.id], [true, false, first.id]);
  });

  test('many at a time, in order, across the limit of a call', async () => {
    const created = await conn.sobject('Account').create(accounts(450), { allowRecursive: true });
    assert.equal(created.filter(({ success }) => success).length, 450);
    const ids = created.map(({ id }) => id);
    const read = await conn.sobject('Account').retrieve(ids.slice(0, 3));
    assert.deepEqual(read.map(({ Name }) => Name), ['Acme 0', 'Acme 1', 'Acme 2']);
    const changes = ids.slice(0, 2).map((Id) => ({ Id, Phone: '1' }));
    assert.deepEqual((await conn.sobject('Account').update(changes)).map(({ success }) => success), [true, true]);
    const upserted = await conn.sobject('Account').upsert([{ Name: 'Acme', [KEY]: '1' }, { [KEY]: 'new' }], KEY);
    assert.deepEqual(upserted.map(({ success }) => success), [true, false]);
    assert.equal(upserted[1].errors[0].statusCode, 'REQUIRED_FIELD_MISSING');
    const gone = await conn.sobject('Account').destroy(ids.slice(0, 200));
    assert.ok(gone.every(({ success }) => success));
  });

  test('a refusal says what is wrong', async () => {
    await assert.rejects(conn.sobject('Account').create({}), {
      errorCode: 'REQUIRED_FIELD_MISSING',
      message: 'Required fields are missing: [Name]',
    });
    await assert.rejects(conn.sobject('Account').retrieve('001Vr0000009999'), { errorCode: 'NOT_FOUND' });
  });

  test('a maintenance page is an error, too', async () => {
    await simulator.breakNext({ kind: 'html', path: '/sobjects/', times: 1 });
    await assert.rejects(conn.sobject('Account').create({ Name: 'Acme' }), { name: /ERROR_HTTP_503/ });
  });
});

describe('queries', () => {
  beforeEach(() => simulator.seed({ salesforce: { Account: accounts(1_050) } }));

  test('are followed to their end', async () => {
    await simulator.configure({ salesforce: { page_size: 500 } });
    const all = await conn.query('SELECT Id, Name FROM Account', { autoFetch: true, maxFetch: 5_000 });
    assert.deepEqual([all.records.length, all.totalSize, all.done], [1_050, 1_050, true]);
    const first = await conn.query('SELECT Id FROM Account');
    assert.deepEqual([first.records.length, first.done], [500, false]);
    const second = await conn.queryMore(first.nextRecordsUrl);
    assert.equal(second.records.length, 500);
  });

  test('are built and streamed', async () => {
    const found = await conn
      .sobject('Account')
      .find({ Name: { $like: 'Acme 10%' }, [KEY]: { $ne: null } }, ['Id', 'Name', 'Owner.Name'])
      .sort({ Name: -1 })
      .limit(2);
    assert.deepEqual(found.map(({ Name }) => Name), ['Acme 109', 'Acme 108']);
    assert.equal(found[0].Owner.Name, 'Integration User');
    assert.equal(await conn.sobject('Account').count({ Name: 'Acme 7' }), 1);
  });

  test('are counted and read with relationships of their parents', async () => {
    await conn.sobject('Contact').create({ LastName: 'Doe', Account: { [KEY]: '7' } });
    const { records } = await conn.query('SELECT LastName, Account.Name FROM Contact');
    assert.equal(records[0].Account.Name, 'Acme 7');
    assert.equal((await conn.query('SELECT COUNT() FROM Account')).totalSize, 1_050);
    const events = await conn.query('SELECT Id FROM Account').stream('csv').toArray();
    assert.match(Buffer.concat(events.map((part) => Buffer.from(part))).toString(), /^Id\n001/);
  });

  test('one that makes no sense is refused', async () => {
    await assert.rejects(conn.query('SELECT FROM'), { errorCode: 'MALFORMED_QUERY' });
    await assert.rejects(conn.query('SELECT Nope FROM Account'), { errorCode: 'INVALID_FIELD' });
  });
});

describe('many requests in one', () => {
  test('a composite, a graph, a tree and a batch', async () => {
    const root = `/services/data/v${VERSION}`;
    const company = { method: 'POST', url: `${root}/sobjects/Account`, referenceId: 'company', body: { Name: 'A' } };
    const person = {
      method: 'POST',
      url: `${root}/sobjects/Contact`,
      referenceId: 'person',
      body: { LastName: 'Doe', AccountId: '@{company.id}' },
    };
    const steps = { compositeRequest: [company, person] };
    const { compositeResponse } = await conn.requestPost('/composite', steps);
    assert.deepEqual(compositeResponse.map(({ httpStatusCode }) => httpStatusCode), [201, 201]);
    const { graphs } = await conn.requestPost('/composite/graph', { graphs: [{ graphId: '1', ...steps }] });
    assert.ok(graphs[0].isSuccessful);
    const tree = await conn.requestPost('/composite/tree/Account', {
      records: [{ attributes: { type: 'Account', referenceId: 'a' }, Name: 'A' }],
    });
    assert.equal(tree.hasErrors, false);
    const batch = await conn.requestPost('/composite/batch', {
      batchRequests: [{ method: 'GET', url: `v${VERSION}/limits` }],
    });
    assert.deepEqual([batch.hasErrors, batch.results[0].statusCode], [false, 200]);
  });
});

describe('Bulk API 2.0', () => {
  test('loads rows and tells what became of each', async () => {
    const { successfulResults, failedResults, unprocessedRecords } = await conn.bulk2.loadAndWaitForResults({
      object: 'Account',
      operation: 'upsert',
      externalIdFieldName: KEY,
      input: [...accounts(3), { Name: 'A "quoted",\nlong\r\none', [KEY]: 'x' }, { Name: '', [KEY]: 'y' }],
      pollInterval: 10,
    });
    assert.equal(successfulResults.length, 4);
    assert.match(failedResults[0].sf__Error, /^REQUIRED_FIELD_MISSING:/);
    assert.equal(unprocessedRecords.length, 0);
    const [{ Name }] = await conn.sobject('Account').find({ [KEY]: 'x' }, 'Name');
    assert.equal(Name, 'A "quoted",\nlong\r\none');
  });

  test('a job is made, aborted and deleted by hand', async () => {
    const job = conn.bulk2.createJob({ object: 'Account', operation: 'insert' });
    await job.open();
    await job.uploadData('Name\nAcme\n');
    await job.abort();
    assert.equal((await job.check()).state, 'Aborted');
    await job.delete();
  });

  test('queries in pages', async () => {
    await simulator.seed({ salesforce: { Account: accounts(2_500) } });
    const stream = await conn.bulk2.query('SELECT Id, Name, Owner.Name FROM Account', { pollInterval: 10 });
    const records = await stream.toArray();
    assert.equal(records.length, 2_500);
    assert.equal(records[0]['Owner.Name'], 'Integration User');
  });
});

describe('SOAP', () => {
  test('records are merged', async () => {
    const [winner, loser] = await conn.sobject('Account').create([{ Name: 'A' }, { Name: 'B' }]);
    const person = await conn.sobject('Contact').create({ LastName: 'Doe', AccountId: loser.id });
    const { success, mergedRecordIds } = await conn.soap.merge({
      masterRecord: { type: 'Account', Id: winner.id },
      recordToMergeIds: [loser.id],
    });
    assert.deepEqual([success, mergedRecordIds], [true, [loser.id]]);
    assert.equal((await conn.sobject('Contact').retrieve(person.id)).AccountId, winner.id);
    const all = await conn.query('SELECT MasterRecordId FROM Account WHERE IsDeleted = TRUE', { scanAll: true });
    assert.equal(all.records[0].MasterRecordId, winner.id);
  });

  test('a lead is converted', async () => {
    const lead = await conn.sobject('Lead').create({ LastName: 'Doe', Company: 'Acme' });
    const converted = await conn.soap.convertLead({
      leadId: lead.id,
      convertedStatus: 'Closed - Converted',
      doNotCreateOpportunity: true,
    });
    assert.ok(converted.success, JSON.stringify(converted));
    assert.match(converted.accountId, /^001/);
    assert.equal((await conn.sobject('Lead').retrieve(lead.id)).ConvertedContactId, converted.contactId);
  });

  test('a deleted record comes back, and one that is emptied out does not', async () => {
    const { id } = await conn.sobject('Account').create({ Name: 'A' });
    await conn.sobject('Account').destroy(id);
    const [restored] = await conn.soap.undelete([id]);
    assert.deepEqual([restored.success, restored.id], [true, id]);
    await conn.sobject('Account').destroy(id);
    const [emptied] = await conn.soap.emptyRecycleBin([id]);
    assert.ok(emptied.success);
    const [gone] = await conn.soap.undelete([id]);
    assert.deepEqual([gone.success, gone.errors[0].statusCode], [false, 'UNDELETE_FAILED']);
  });
});

describe('change feeds', () => {
  test('name what was updated and deleted', async () => {
    const { id } = await conn.sobject('Account').create({ Name: 'A' });
    const gone = await conn.sobject('Account').create({ Name: 'B' });
    await conn.sobject('Account').destroy(gone.id);
    await simulator.configure({ salesforce: { feed_granularity: 0 } });
    const [start, end] = [new Date(Date.now() - 3_600_000), new Date(Date.now() + 60_000)];
    const updated = await conn.sobject('Account').updated(start, end);
    assert.ok(updated.ids.includes(id), JSON.stringify(updated));
    const deleted = await conn.sobject('Account').deleted(start, end);
    assert.ok(deleted.deletedRecords.some((record) => record.id === gone.id), JSON.stringify(deleted));
  });

  test('children come with their parents', async () => {
    const { id } = await conn.sobject('Account').create({ Name: 'A' });
    await conn.sobject('Contact').create({ LastName: 'Doe', AccountId: id });
    const [account] = await conn.sobject('Account').find({ Id: id }, 'Id, Name').include('Contacts').select('LastName').end();
    assert.equal(account.Contacts.records[0].LastName, 'Doe');
  });
});
