import { permissionSetName, type SetupStep } from '../../../connectors/salesforce/setup-plan.ts';
import { counted } from '../../../observability/words.ts';

/** One step of a plan, for a person. */
export function stepWords(step: SetupStep): string {
  switch (step.kind) {
    case 'field': {
      const kind = step.key ? `Text(${step.length}), Unique, External ID` : `Text(${step.length})`;
      return step.isNew
        ? `add the field ${step.object}.${step.field}: ${kind}`
        : `make the field ${step.object}.${step.field} ${kind}`;
    }
    case 'permission-set': {
      const objects = step.lacks.objects.map(({ object, write, viewAll }) =>
        write ? `${object} (read, create, edit${viewAll ? ', view all' : ''})` : `${object} (read)`,
      );
      const fields = step.lacks.fields.map(({ field, editable }) => `${field}${editable ? '' : ' (read)'}`);
      const what = [
        ...objects,
        ...(fields.length > 0 ? [`${counted(fields.length, 'field')}: ${fields.join(', ')}`] : []),
      ];
      return `${step.isNew ? 'make the permission set' : 'add to the permission set'} ${permissionSetName}: ${what.join(', ')}`;
    }
    case 'assignment':
      return `give the permission set ${permissionSetName} to our user`;
  }
}
