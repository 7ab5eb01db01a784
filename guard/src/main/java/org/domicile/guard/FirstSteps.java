package org.domicile.guard;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.domicile.policy.Credential;
import org.domicile.policy.Policy;
import org.domicile.policy.Principal;
import org.domicile.policy.Purpose;
import org.domicile.policy.Register;

/**
 * Organisation, purpose, principal and credential for whoever tries the program out. Each step
 * looks first whether it was done: first steps that were cut short go on where they stopped.
 */
final class FirstSteps {
    private static final String ORGANISATION = "main";
    private static final String PURPOSE = "first-steps";
    private static final String KIND = "trial";
    private static final String PRINCIPAL = "first";
    private static final Duration LONG_ENOUGH = Duration.ofDays(30);

    private final Administration administration;
    private final Policy policy;
    private final String zone;
    private final Instant now;

    FirstSteps(Administration administration, Policy policy, String zone, Instant now) {
        this.administration = administration;
        this.policy = policy;
        this.zone = zone;
        this.now = now;
    }

    Optional<Administration.Issued> complete(String kept) {
        if (!policy.register().organisations().containsKey(ORGANISATION)) {
            administration.createOrganisation(ORGANISATION, zone);
        }
        String purpose = purpose();
        String principal = principal();
        List<String> alive = alive(principal, purpose);
        if (alive.contains(kept)) {
            return Optional.empty();
        }
        // The new one first: at no moment is there a reason to leave the installation without one.
        Administration.Issued issued =
                administration.createCredential(
                        principal, purpose, List.of("*"), List.of("*"), Instant.MAX);
        alive.forEach(administration::withdrawCredential);
        return Optional.of(issued);
    }

    /**
     * The purpose, or when it has ended before first steps were done (somebody started once, and
     * again after a month) one of the same kind.
     */
    private String purpose() {
        Register register = policy.register();
        String name = PURPOSE;
        for (int i = 2; ; i++) {
            Purpose present = register.purposes().get(ORGANISATION + "/" + name);
            if (present == null) {
                return administration.createPurpose(purpose(name)).id();
            }
            if (!present.withdrawn() && now.isBefore(present.expires())) {
                return present.id();
            }
            name = PURPOSE + "-" + i;
        }
    }

    private Purpose purpose(String name) {
        return new Purpose(
                        ORGANISATION,
                        name,
                        "Trying Domicile out with data that concern nobody.",
                        "whoever started this installation",
                        "trying out; register a purpose of your own for real data",
                        List.of(zone),
                        now,
                        now.plus(LONG_ENOUGH),
                        false)
                .ofKind(KIND);
    }

    private String principal() {
        for (Principal principal : policy.register().principals().values()) {
            if (principal.organisation().equals(ORGANISATION)
                    && principal.name().equals(PRINCIPAL)) {
                return principal.id();
            }
        }
        return administration.createPrincipal(ORGANISATION, PRINCIPAL).id();
    }

    private List<String> alive(String principal, String purpose) {
        return policy.register().credentials().values().stream()
                .filter(each -> each.principal().equals(principal))
                .filter(each -> each.purpose().equals(purpose))
                .filter(each -> !each.withdrawn())
                .map(Credential::accessKey)
                .toList();
    }
}
