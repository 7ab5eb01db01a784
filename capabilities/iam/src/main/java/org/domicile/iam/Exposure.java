package org.domicile.iam;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.domicile.cedar.Effect;
import org.domicile.cedar.IpAddress;

/**
 * Whether a document lets in everybody, as Amazon S3 User Guide, "Blocking public access", "The
 * meaning of public", has it: a statement that allows, names everybody, and has no condition that
 * fixes who they are. A network wider than IPv4 /8 or IPv6 /32 fixes nobody.
 */
final class Exposure {
    /** Keys whose fixed values say who may come. */
    private static final Set<ConditionKey> FIXING =
            EnumSet.of(
                    ConditionKey.SOURCE_IP,
                    ConditionKey.PRINCIPAL_ARN,
                    ConditionKey.PRINCIPAL_ACCOUNT,
                    ConditionKey.USERID,
                    ConditionKey.USERNAME,
                    ConditionKey.ENCRYPTION_KEY);

    private static final int LEAST_V4 = 8;
    private static final int LEAST_V6 = 32;

    private Exposure() {}

    static boolean isPublic(List<Statement> statements) {
        return statements.stream().anyMatch(Exposure::isPublic);
    }

    private static boolean isPublic(Statement statement) {
        return statement.effect() == Effect.PERMIT
                && statement.principals() instanceof Statement.Principals.Everybody
                && statement.conditions().stream().noneMatch(Exposure::fixes);
    }

    private static boolean fixes(Statement.Line line) {
        return FIXING.contains(line.key().key())
                && line.absence() == Statement.Absence.FAILS
                && !line.operator().isNegated()
                && line.operator() != Operator.NULL
                && line.values().stream().allMatch(value -> fixed(line.key().key(), value));
    }

    private static boolean fixed(ConditionKey key, Pattern value) {
        if (!value.isLiteral()) {
            return false;
        }
        if (key != ConditionKey.SOURCE_IP) {
            return true;
        }
        IpAddress range = Addresses.range(value.text());
        return range != null
                && range.prefix() >= (range.family() == IpAddress.Family.V4 ? LEAST_V4 : LEAST_V6);
    }
}
