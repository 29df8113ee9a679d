import { html, type TemplateResult } from 'lit';
import type { PageName, Route } from './route.ts';

/** One page: how it is called, how its code is fetched, and how it is drawn. Code comes when it is first visited. */
interface Page {
  title: (route: Route) => string;
  load: () => Promise<unknown>;
  draw: (route: Route) => TemplateResult;
}

type Inside = Exclude<PageName, 'sign-in' | 'setup' | 'invitation'>;

/** The pages for whoever is signed in. */
export const INSIDE: Record<Inside, Page> = {
  projects: {
    title: () => 'Projects',
    load: () => import('../pages/projects/projects-page.ts'),
    draw: () => html`<t-projects-page></t-projects-page>`,
  },
  account: {
    title: () => 'Your account',
    load: () => import('../pages/account/account-page.ts'),
    draw: () => html`<t-account-page></t-account-page>`,
  },
  flags: {
    title: () => 'Flags',
    load: () => import('../pages/flags/flags-page.ts'),
    draw: ({ params }) => html`<t-flags-page .project=${params.project ?? ''}></t-flags-page>`,
  },
  flag: {
    title: ({ params }) => params.flag ?? '',
    load: () => import('../pages/flag/flag-page.ts'),
    draw: ({ params }) => html`<t-flag-page .project=${params.project ?? ''} .flag=${params.flag ?? ''}></t-flag-page>`,
  },
  segments: {
    title: () => 'Segments',
    load: () => import('../pages/segments/segments-page.ts'),
    draw: ({ params }) => html`<t-segments-page .project=${params.project ?? ''}></t-segments-page>`,
  },
  segment: {
    title: ({ params }) => params.segment ?? '',
    load: () => import('../pages/segments/segment-page.ts'),
    draw: ({ params }) =>
      html`<t-segment-page .project=${params.project ?? ''} .segment=${params.segment ?? ''}></t-segment-page>`,
  },
  policies: {
    title: () => 'Policies',
    load: () => import('../pages/policies/policies-page.ts'),
    draw: ({ params }) => html`<t-policies-page .project=${params.project ?? ''}></t-policies-page>`,
  },
  'new-policy': {
    title: () => 'New policy',
    load: () => import('../pages/policies/policy-page.ts'),
    draw: ({ params }) => html`<t-policy-page .project=${params.project ?? ''} .policy=${''}></t-policy-page>`,
  },
  policy: {
    title: ({ params }) => params.policy ?? '',
    load: () => import('../pages/policies/policy-page.ts'),
    draw: ({ params }) =>
      html`<t-policy-page .project=${params.project ?? ''} .policy=${params.policy ?? ''}></t-policy-page>`,
  },
  rollouts: {
    title: () => 'Rollouts',
    load: () => import('../pages/rollouts/rollouts-page.ts'),
    draw: ({ params }) => html`<t-rollouts-page .project=${params.project ?? ''}></t-rollouts-page>`,
  },
  rollout: {
    title: ({ params }) => `Rollout ${params.rollout ?? ''}`,
    load: () => import('../pages/rollouts/rollout-page.ts'),
    draw: ({ params }) =>
      html`<t-rollout-page .project=${params.project ?? ''} .rollout=${params.rollout ?? ''}></t-rollout-page>`,
  },
  departures: {
    title: () => 'Departures',
    load: () => import('../pages/departures/departures-page.ts'),
    draw: ({ params }) => html`<t-departures-page .project=${params.project ?? ''}></t-departures-page>`,
  },
  departure: {
    title: ({ params }) => `${params.train ?? ''} ${params.number ?? ''}`,
    load: () => import('../pages/departures/departure-page.ts'),
    draw: ({ params }) => html`<t-departure-page
      .project=${params.project ?? ''}
      .train=${params.train ?? ''}
      .number=${params.number ?? ''}
    ></t-departure-page>`,
  },
  releases: {
    title: () => 'Releases',
    load: () => import('../pages/releases/releases-page.ts'),
    draw: ({ params }) => html`<t-releases-page .project=${params.project ?? ''}></t-releases-page>`,
  },
  release: {
    title: ({ params }) => `Release ${params.release ?? ''}`,
    load: () => import('../pages/releases/release-page.ts'),
    draw: ({ params }) =>
      html`<t-release-page .project=${params.project ?? ''} .release=${params.release ?? ''}></t-release-page>`,
  },
  compare: {
    title: () => 'Compare releases',
    load: () => import('../pages/releases/compare-page.ts'),
    draw: ({ params }) => html`<t-compare-page .project=${params.project ?? ''}></t-compare-page>`,
  },
  kill: {
    title: () => 'Kill',
    load: () => import('../pages/kill/kill-page.ts'),
    draw: ({ params }) => html`<t-kill-page .project=${params.project ?? ''}></t-kill-page>`,
  },
  requests: {
    title: () => 'Requests',
    load: () => import('../pages/requests/requests-page.ts'),
    draw: ({ params }) => html`<t-requests-page .project=${params.project ?? ''}></t-requests-page>`,
  },
  request: {
    title: () => 'Request',
    load: () => import('../pages/requests/request-page.ts'),
    draw: ({ params }) =>
      html`<t-request-page .project=${params.project ?? ''} .request=${params.request ?? ''}></t-request-page>`,
  },
  incidents: {
    title: () => 'Incidents',
    load: () => import('../pages/incidents/incidents-page.ts'),
    draw: ({ params }) => html`<t-incidents-page .project=${params.project ?? ''}></t-incidents-page>`,
  },
  incident: {
    title: () => 'Incident',
    load: () => import('../pages/incidents/incident-page.ts'),
    draw: ({ params }) =>
      html`<t-incident-page .project=${params.project ?? ''} .incident=${params.incident ?? ''}></t-incident-page>`,
  },
  freezes: {
    title: () => 'Freezes',
    load: () => import('../pages/freezes/freezes-page.ts'),
    draw: ({ params }) => html`<t-freezes-page .project=${params.project ?? ''}></t-freezes-page>`,
  },
  activity: {
    title: () => 'Activity',
    load: () => import('../pages/activity/activity-page.ts'),
    draw: ({ params }) => html`<t-activity-page .project=${params.project ?? ''}></t-activity-page>`,
  },
  change: {
    title: ({ params }) => `Change ${params.change ?? ''}`,
    load: () => import('../pages/activity/change-page.ts'),
    draw: ({ params }) =>
      html`<t-change-page .project=${params.project ?? ''} .change=${params.change ?? ''}></t-change-page>`,
  },
  fleet: {
    title: () => 'Fleet',
    load: () => import('../pages/fleet/fleet-page.ts'),
    draw: ({ params }) => html`<t-fleet-page .project=${params.project ?? ''}></t-fleet-page>`,
  },
  settings: {
    title: () => 'Settings',
    load: () => import('../pages/settings/settings-page.ts'),
    draw: ({ params }) =>
      html`<t-settings-page .project=${params.project ?? ''} .section=${params.section ?? ''}></t-settings-page>`,
  },
};
