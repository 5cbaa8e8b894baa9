#include "postgres.h"

#include "catalog/index.h"
#include "catalog/namespace.h"
#include "nodes/parsenodes.h"
#include "nodes/value.h"
#include "parser/parser.h"

#include "shim/shard_ddl.h"

/* ONLY would leave out the partitions. */
static Oid
table_named(const RangeVar *name)
{
	return name->inh ? RangeVarGetRelid(name, NoLock, true) : InvalidOid;
}

static bool
is_serial(const TypeName *type)
{
	static const char *const names[] = {"smallserial", "serial2", "serial", "serial4", "bigserial", "serial8"};

	if (list_length(type->names) != 1)
		return false;
	for (int i = 0; i < lengthof(names); i++)
		if (strcmp(strVal(linitial(type->names)), names[i]) == 0)
			return true;
	return false;
}

static PgsDdlPartKind
part_of_constraint(const Constraint *constraint)
{
	switch (constraint->contype)
	{
		case CONSTR_UNIQUE:
		case CONSTR_PRIMARY:
		case CONSTR_EXCLUSION:
		case CONSTR_FOREIGN:
			return PGS_PART_KEY;
		case CONSTR_IDENTITY:
			return PGS_PART_NUMBERS;
		default:
			return PGS_PART_COLUMN;
	}
}

static PgsDdlPartKind
part_of_column(const ColumnDef *column)
{
	ListCell   *cell;

	if (is_serial(column->typeName))
		return PGS_PART_NUMBERS;
	foreach(cell, column->constraints)
	{
		PgsDdlPartKind part = part_of_constraint(lfirst_node(Constraint, cell));

		if (part != PGS_PART_COLUMN)
			return part;
	}
	return PGS_PART_COLUMN;
}

static PgsDdlPart
read_part(const AlterTableCmd *command)
{
	switch (command->subtype)
	{
		case AT_AddColumn:
			return (PgsDdlPart) {part_of_column(castNode(ColumnDef, command->def))};
		case AT_AddConstraint:
			return (PgsDdlPart) {part_of_constraint(castNode(Constraint, command->def))};
		case AT_DropConstraint:
		case AT_ValidateConstraint:
			return (PgsDdlPart) {PGS_PART_CONSTRAINT, command->name};
		case AT_DropColumn:
		case AT_AlterColumnType:
		case AT_ColumnDefault:
		case AT_SetNotNull:
		case AT_DropNotNull:
		case AT_DropExpression:
		case AT_SetStatistics:
			return (PgsDdlPart) {PGS_PART_COLUMN};
		case AT_SetStorage:
		case AT_SetCompression:
			return (PgsDdlPart) {PGS_PART_STORAGE};
		default:
			return (PgsDdlPart) {PGS_PART_OTHER};
	}
}

static void
read_alter(const AlterTableStmt *alter, PgsDdl *ddl)
{
	PgsDdlPart *parts = palloc_array(PgsDdlPart, list_length(alter->cmds));
	ListCell   *cell;

	if (alter->objtype != OBJECT_TABLE)
		return;
	foreach(cell, alter->cmds)
		parts[ddl->parts++] = read_part(lfirst_node(AlterTableCmd, cell));
	ddl->kind = PGS_DDL_ALTER_TABLE;
	ddl->part = parts;
	ddl->relation = table_named(alter->relation);
}

static void
read_drop(const DropStmt *drop, PgsDdl *ddl)
{
	Oid			index;

	if (drop->removeType != OBJECT_INDEX)
		return;
	ddl->kind = PGS_DDL_DROP_INDEX;
	ddl->concurrent = drop->concurrent;
	if (list_length(drop->objects) != 1)
		return;
	index = RangeVarGetRelid(makeRangeVarFromNameList(linitial_node(List, drop->objects)), NoLock,
							 true);
	if (OidIsValid(index))
		ddl->relation = IndexGetRelation(index, true);
}

static void
read_comment(const CommentStmt *comment, PgsDdl *ddl)
{
	List	   *names = (List *) comment->object;

	if (comment->objtype == OBJECT_TABLE)
		ddl->kind = PGS_DDL_TABLE_COMMENT;
	else if (comment->objtype == OBJECT_COLUMN)
	{
		ddl->kind = PGS_DDL_COLUMN_COMMENT;
		names = list_truncate(list_copy(names), list_length(names) - 1);
	}
	else
		return;
	if (names != NIL)
		ddl->relation = table_named(makeRangeVarFromNameList(names));
}

static void
read_grant(const GrantStmt *grant, PgsDdl *ddl)
{
	if (grant->targtype != ACL_TARGET_OBJECT || grant->objtype != OBJECT_TABLE)
		return;
	ddl->kind = PGS_DDL_GRANT;
	if (list_length(grant->objects) == 1)
		ddl->relation = table_named(linitial_node(RangeVar, grant->objects));
}

static void
read_statement(Node *statement, PgsDdl *ddl)
{
	switch (nodeTag(statement))
	{
		case T_AlterTableStmt:
			read_alter((AlterTableStmt *) statement, ddl);
			break;
		case T_RenameStmt:
			if (((RenameStmt *) statement)->renameType != OBJECT_COLUMN ||
				((RenameStmt *) statement)->relationType != OBJECT_TABLE)
				break;
			ddl->kind = PGS_DDL_RENAME_COLUMN;
			ddl->relation = table_named(((RenameStmt *) statement)->relation);
			break;
		case T_IndexStmt:
			ddl->kind = PGS_DDL_CREATE_INDEX;
			ddl->relation = table_named(((IndexStmt *) statement)->relation);
			ddl->concurrent = ((IndexStmt *) statement)->concurrent;
			ddl->unique = ((IndexStmt *) statement)->unique;
			break;
		case T_DropStmt:
			read_drop((DropStmt *) statement, ddl);
			break;
		case T_CommentStmt:
			read_comment((CommentStmt *) statement, ddl);
			break;
		case T_GrantStmt:
			read_grant((GrantStmt *) statement, ddl);
			break;
		default:
			break;
	}
}

void
pgs_read_ddl(const char *sql, PgsDdl *ddl)
{
	List	   *statements = raw_parser(sql, RAW_PARSE_DEFAULT);

	*ddl = (PgsDdl) {.statements = list_length(statements)};
	if (statements != NIL)
		read_statement(linitial_node(RawStmt, statements)->stmt, ddl);
}
