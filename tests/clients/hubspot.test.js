// HubSpot's own client for Node, unmodified, against the simulated portal.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';

import { Client } from '@hubspot/api-client';

import { startSimulator } from './simulator.js';

const KEY = 'salesforce_account_id';

let simulator;
let client;
let crm;

const companies = (count) => Array.from({ length: count }, (_, n) => ({ properties: { name: `Acme ${n}` } }));
const upsertOf = (id, properties) => ({ id, idProperty: KEY, properties: { ...properties }, objectWriteTraceId: id });
const match = (propertyName, operator, value) => ({ filters: [{ propertyName, operator, value }] });

before(async () => {
  simulator = await startSimulator();
});
after(() => simulator.stop());
beforeEach(async () => {
  await simulator.reset();
  await simulator.configure({ hubspot: { search_lag: 0, search_limit: 0 } });
  client = new Client({ accessToken: 'pat-na1-simulator', basePath: simulator.url });
  crm = client.crm;
  await crm.properties.coreApi.create('companies', {
    name: KEY,
    label: 'Salesforce account',
    type: 'string',
    fieldType: 'text',
    groupName: 'companyinformation',
    hasUniqueValue: true,
  });
});

describe('objects', () => {
  test('are created, read, updated, archived', async () => {
    const { id, createdAt } = await crm.companies.basicApi.create({ properties: { name: 'Acme' }, associations: [] });
    assert.ok(createdAt instanceof Date);
    await crm.companies.basicApi.update(id, { properties: { domain: 'acme.example' } });
    const read = await crm.companies.basicApi.getById(id, ['name', 'domain'], ['name']);
    assert.deepEqual([read.properties.name, read.properties.domain], ['Acme', 'acme.example']);
    assert.equal(read.propertiesWithHistory.name[0].value, 'Acme');
    await crm.companies.basicApi.archive(id);
    await assert.rejects(crm.companies.basicApi.getById(id), { code: 404 });
    const archived = await crm.companies.basicApi.getById(id, undefined, undefined, undefined, true);
    assert.equal(archived.archived, true);
  });

  test('are listed to the last page', async () => {
    await crm.companies.batchApi.create({ inputs: companies(100) });
    await crm.companies.batchApi.create({ inputs: companies(30) });
    assert.equal((await crm.companies.getAll()).length, 130);
    const page = await crm.companies.basicApi.getPage(10);
    assert.equal(page.results.length, 10);
    assert.ok(page.paging.next.after);
  });

  test('are upserted row by row', async () => {
    const first = await crm.companies.batchApi.upsert({ inputs: [upsertOf('001A', { name: 'Acme' })] });
    assert.deepEqual([first.status, first.results[0]._new], ['COMPLETE', true]);
    const mixed = await crm.companies.batchApi.upsert({
      inputs: [upsertOf('001A', { name: 'Acme Inc' }), upsertOf('001B', { nonsense: 'x' })],
    });
    assert.equal(mixed.numErrors, 1);
    assert.deepEqual([mixed.results.length, mixed.results[0]._new], [1, false]);
    assert.equal(mixed.errors[0].category, 'VALIDATION_ERROR');
    const read = await crm.companies.batchApi.read({
      inputs: [{ id: '001A' }],
      idProperty: KEY,
      properties: ['name'],
      propertiesWithHistory: [],
    });
    assert.equal(read.results[0].properties.name, 'Acme Inc');
  });

  test('are searched page by page', async () => {
    await crm.companies.batchApi.create({ inputs: companies(15) });
    const found = [];
    for (let afterId; ; ) {
      const page = await crm.companies.searchApi.doSearch({
        filterGroups: [match('name', 'CONTAINS_TOKEN', 'Acme')],
        sorts: ['name'],
        properties: ['name'],
        limit: 10,
        after: afterId,
      });
      assert.equal(page.total, 15);
      found.push(...page.results);
      afterId = page.paging?.next?.after;
      if (!afterId) break;
    }
    assert.equal(new Set(found.map(({ id }) => id)).size, 15);
  });

  test('are merged, and the old id still finds the survivor', async () => {
    const [kept, lost] = (await crm.companies.batchApi.create({ inputs: companies(2) })).results;
    const merged = await crm.companies.basicApi.merge({ primaryObjectId: kept.id, objectIdToMerge: lost.id });
    assert.equal(merged.id, kept.id);
    assert.equal((await crm.companies.basicApi.getById(lost.id)).id, kept.id);
  });

  test('are reached by the name of their type, too', async () => {
    const { id } = await crm.objects.basicApi.create('0-2', { properties: { name: 'Acme' }, associations: [] });
    assert.equal((await crm.objects.basicApi.getById('companies', id, ['name'])).properties.name, 'Acme');
  });
});

describe('what hangs together', () => {
  test('associations with a label', async () => {
    const company = await crm.companies.basicApi.create({ properties: { name: 'Acme' }, associations: [] });
    const contact = await crm.contacts.basicApi.create({ properties: { email: 'jo@acme.example' }, associations: [] });
    const v4 = crm.associations.v4;
    const primary = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 1 }];
    await v4.basicApi.create('contacts', contact.id, 'companies', company.id, primary);
    const page = await v4.basicApi.getPage('contacts', contact.id, 'companies');
    assert.equal(String(page.results[0].toObjectId), company.id);
    assert.ok(page.results[0].associationTypes.some(({ typeId }) => typeId === 1));
    const many = await v4.batchApi.getPage('companies', 'contacts', { inputs: [{ id: company.id }] });
    assert.equal(String(many.results[0].to[0].toObjectId), contact.id);
    await v4.basicApi.archive('contacts', contact.id, 'companies', company.id);
    assert.equal((await v4.basicApi.getPage('contacts', contact.id, 'companies')).results.length, 0);
  });

  test('lists and their members', async () => {
    const { id } = await crm.companies.basicApi.create({ properties: { name: 'Acme' }, associations: [] });
    const { list } = await crm.lists.listsApi.create({ name: 'Synced', objectTypeId: '0-2', processingType: 'MANUAL' });
    const { recordsIdsAdded } = await crm.lists.membershipsApi.add(list.listId, [id]);
    assert.deepEqual(recordsIdsAdded.map(String), [id]);
    const members = await crm.lists.membershipsApi.getPage(list.listId);
    assert.equal(members.results[0].recordId, id);
    assert.ok(members.results[0].membershipTimestamp instanceof Date);
    const byName = await crm.lists.listsApi.getByName('Synced', '0-2');
    assert.equal(byName.list.listId, list.listId);
  });

  test('lists are found, and left again', async () => {
    const { id } = await crm.companies.basicApi.create({ properties: { name: 'Acme' }, associations: [] });
    const { list } = await crm.lists.listsApi.create({ name: 'Synced', objectTypeId: '0-2', processingType: 'MANUAL' });
    await crm.lists.membershipsApi.add(list.listId, [id]);
    const of = await crm.lists.membershipsApi.getLists('0-2', id);
    assert.equal(of.results[0].listId, list.listId);
    const found = await crm.lists.listsApi.doSearch({ query: 'Sync', offset: 0, additionalProperties: [] });
    assert.equal(found.lists[0].name, 'Synced');
    await crm.lists.membershipsApi.remove(list.listId, [id]);
    assert.equal((await crm.lists.membershipsApi.getPage(list.listId)).results.length, 0);
    await crm.lists.listsApi.remove(list.listId);
    await assert.rejects(crm.lists.listsApi.getById(list.listId), { code: 404 });
  });

  test('properties and owners', async () => {
    const property = await crm.properties.coreApi.getByName('companies', KEY);
    assert.equal(property.hasUniqueValue, true);
    const all = await crm.properties.coreApi.getAll('companies');
    assert.ok(all.results.some(({ name }) => name === 'lifecyclestage'));
    await crm.properties.coreApi.update('companies', KEY, { label: 'Account' });
    assert.equal((await crm.properties.coreApi.getByName('companies', KEY)).label, 'Account');
    await crm.properties.coreApi.archive('companies', KEY);
    await assert.rejects(crm.properties.coreApi.getByName('companies', KEY), { code: 404 });
    const owners = await crm.owners.ownersApi.getPage();
    assert.ok(owners.results.every(({ createdAt }) => createdAt instanceof Date));
  });
});

describe('trouble', () => {
  test('a taken value names who holds it', async () => {
    const holder = await crm.companies.basicApi.create({ properties: { name: 'Acme', [KEY]: '001A' }, associations: [] });
    const wrong = crm.companies.basicApi.create({ properties: { name: 'Acme', [KEY]: '001A' }, associations: [] });
    await assert.rejects(wrong, (error) => error.code === 400 && error.body.message.includes(holder.id));
    const email = { properties: { email: 'jo@acme.example' }, associations: [] };
    const { id } = await crm.contacts.basicApi.create(email);
    await assert.rejects(crm.contacts.basicApi.create(email), (error) => {
      return error.code === 409 && error.body.message.includes(id);
    });
  });

  test('a search beyond the ten thousandth result is refused', async () => {
    const search = { filterGroups: [], sorts: [], properties: [], limit: 100, after: '10000' };
    await assert.rejects(crm.companies.searchApi.doSearch(search), { code: 400 });
  });

  test('its raw request knows the newer paths', async () => {
    const answer = await client.apiRequest({
      method: 'POST',
      path: '/crm/objects/2026-09/companies',
      body: { properties: { name: 'Acme' } },
    });
    assert.equal(answer.status, 201);
    assert.equal((await answer.json()).properties.name, 'Acme');
  });

  test('an error carries its body', async () => {
    const wrong = crm.companies.basicApi.create({ properties: { nonsense: 'x' }, associations: [] });
    await assert.rejects(wrong, (error) => {
      assert.equal(error.code, 400);
      assert.equal(error.body.category, 'VALIDATION_ERROR');
      assert.ok(error.body.correlationId);
      return true;
    });
    const stranger = new Client({ accessToken: 'pat-na1-nobody', basePath: simulator.url });
    await assert.rejects(stranger.crm.companies.basicApi.getPage(), { code: 401 });
  });

  test('its own retry waits out a server error', async () => {
    const patient = new Client({ accessToken: 'pat-na1-simulator', basePath: simulator.url, numberOfApiCallRetries: 3 });
    await simulator.breakNext({ kind: 'html', path: '/companies', times: 1 });
    const { id } = await patient.crm.companies.basicApi.create({ properties: { name: 'Acme' }, associations: [] });
    assert.ok(id);
  });

  test('its own retry waits out the ten seconds of the rate limit', async () => {
    const patient = new Client({ accessToken: 'pat-na1-simulator', basePath: simulator.url, numberOfApiCallRetries: 3 });
    await simulator.configure({ hubspot: { burst_limit: 5 } });
    for (let call = 0; call < 7; call += 1) await patient.crm.companies.basicApi.getPage(1);
    const counters = await simulator.counters('hubspot');
    assert.ok(Object.keys(counters).some((name) => name.includes('429')), JSON.stringify(counters));
  });
});
