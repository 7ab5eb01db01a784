package org.domicile.streams;

import java.util.Map;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.server.quota.ClientQuotaCallback;
import org.apache.kafka.server.quota.ClientQuotaEntity;
import org.apache.kafka.server.quota.ClientQuotaType;
import org.jspecify.annotations.Nullable;

/**
 * All clients of an organisation share one rate, publishing and polling each: whoever goes over it
 * is slowed down, and loses nothing. Public because Kafka makes it.
 */
public final class OrganisationRates implements ClientQuotaCallback {
    private static final String ORGANISATION = "organisation";

    private @Nullable Handover handover;

    /** For Kafka. */
    public OrganisationRates() {}

    @Override
    public void configure(Map<String, ?> configs) {
        handover = Handover.in(configs);
    }

    @Override
    public Map<String, String> quotaMetricTags(
            ClientQuotaType type, KafkaPrincipal principal, String clientId) {
        Handover known = handover;
        String login = principal.getName();
        return Map.of(
                ORGANISATION,
                known == null || login.equals(Handover.PROGRAM)
                        ? ""
                        : known.admission().organisation(login));
    }

    @Override
    public @Nullable Double quotaLimit(ClientQuotaType type, Map<String, String> tags) {
        Handover known = handover;
        boolean counts = type == ClientQuotaType.PRODUCE || type == ClientQuotaType.FETCH;
        return known == null
                        || known.rate() == 0
                        || !counts
                        || tags.getOrDefault(ORGANISATION, "").isEmpty()
                ? null
                : (double) known.rate();
    }

    @Override
    public void updateQuota(ClientQuotaType type, ClientQuotaEntity entity, double newValue) {}

    @Override
    public void removeQuota(ClientQuotaType type, ClientQuotaEntity entity) {}

    @Override
    public boolean quotaResetRequired(ClientQuotaType type) {
        return false;
    }

    @Override
    public boolean updateClusterMetadata(Cluster cluster) {
        return false;
    }

    @Override
    public void close() {}
}
