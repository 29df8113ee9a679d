import { html } from 'lit';
import type { Role } from '../../client/me.ts';
import { ROLES } from './role-words.ts';

interface RolesLook {
  chosen: readonly Role[];
  choose: (roles: Role[]) => void;
  /** Why a role cannot be given; undefined where it can. */
  whyNot?: (role: Role) => string | undefined;
  fault: string | undefined;
}

/** Roles, each with what it may do. They add up. */
export function drawRolesField({ chosen, choose, whyNot, fault }: RolesLook) {
  return html`<fieldset aria-describedby="roles-fault">
    <legend>Roles <span class="hint">they add up</span></legend>
    ${(Object.keys(ROLES) as Role[]).map((role) => {
      const why = whyNot?.(role);
      return html`<label class="choice">
        <input
          type="checkbox"
          name="roles"
          value=${role}
          .checked=${chosen.includes(role)}
          ?disabled=${why !== undefined}
          @change=${(event: Event) => {
            const others = chosen.filter((one) => one !== role);
            choose((event.target as HTMLInputElement).checked ? [...others, role] : others);
          }}
        />
        ${role}<span class="about">${why ?? ROLES[role]}</span>
      </label>`;
    })}
    <span class="fault" id="roles-fault">${fault ?? ''}</span>
  </fieldset>`;
}

/** What was chosen; throws nothing where that is nothing: the server says what it expects. */
export function rolesIn(fields: FormData): string[] {
  return fields.getAll('roles').map(String);
}
