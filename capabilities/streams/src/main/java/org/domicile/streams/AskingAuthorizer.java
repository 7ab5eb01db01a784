package org.domicile.streams;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.server.authorizer.AclCreateResult;
import org.apache.kafka.server.authorizer.AclDeleteResult;
import org.apache.kafka.server.authorizer.Action;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.authorizer.AuthorizationResult;
import org.apache.kafka.server.authorizer.Authorizer;
import org.apache.kafka.server.authorizer.AuthorizerServerInfo;
import org.domicile.bytes.StorageFailure;
import org.jspecify.annotations.Nullable;

/**
 * Asks {@link Admission} about each thing that a request wants. Streams are made, changed and
 * removed by the program alone: the right to do that by Kafka's protocol is nobody's else. Public
 * because Kafka makes it.
 */
public final class AskingAuthorizer implements Authorizer {
    /** Streams into which who works on this thread now was not let, to publish or to poll. */
    private static final ThreadLocal<Set<String>> REFUSED = new ThreadLocal<>();

    private @Nullable Admission admission;
    private Supplier<String> full = () -> "";

    /** For Kafka. */
    public AskingAuthorizer() {}

    @Override
    public void configure(Map<String, ?> configs) {
        Handover found = Handover.in(configs);
        admission = found.admission();
        full = found.full();
    }

    /** Which streams are closed, of those that Kafka asks about while it looks at a request. */
    static Set<String> refused(Runnable looking) {
        Set<String> refused = new HashSet<>();
        REFUSED.set(refused);
        try {
            looking.run();
        } finally {
            REFUSED.remove();
        }
        return refused;
    }

    private static void refuse(Action action) {
        Set<String> refused = REFUSED.get();
        if (refused != null && action.resourcePattern().resourceType() == ResourceType.TOPIC) {
            refused.add(action.resourcePattern().name());
        }
    }

    @Override
    public Map<Endpoint, ? extends CompletionStage<Void>> start(AuthorizerServerInfo server) {
        return server.endpoints().stream()
                .collect(
                        Collectors.toMap(
                                each -> each, _ -> CompletableFuture.<Void>completedFuture(null)));
    }

    @Override
    public List<AuthorizationResult> authorize(
            AuthorizableRequestContext context, List<Action> actions) {
        List<AuthorizationResult> results = new ArrayList<>(actions.size());
        String login = context.principal().getName();
        for (Action each : actions) {
            boolean allowed;
            try {
                allowed =
                        login.equals(Handover.PROGRAM)
                                || allowed(
                                        new Client(login, context.clientAddress()),
                                        each,
                                        context.requestType());
            } catch (StorageFailure e) {
                actions.forEach(AskingAuthorizer::refuse);
                // no room, or it cannot be on record: clients take this for what may pass
                throw new KafkaStorageException(e.getMessage(), e);
            }
            if (!allowed) {
                refuse(each);
            }
            results.add(allowed ? AuthorizationResult.ALLOWED : AuthorizationResult.DENIED);
        }
        return results;
    }

    private boolean allowed(Client client, Action action, int request) {
        Admission asked = admission;
        if (asked == null) {
            return false;
        }
        String name = action.resourcePattern().name();
        AclOperation operation = action.operation();
        // not asked for by its name
        boolean isListed = !action.logIfDenied();
        // with a description comes what its reader may do: KIP-430, and Kafka's Action
        boolean isTold = !action.logIfAllowed();
        return switch (action.resourcePattern().resourceType()) {
            case TOPIC ->
                    Topic.names(name)
                            && switch (operation) {
                                case DESCRIBE, DESCRIBE_CONFIGS ->
                                        asked.admits(client, isListed ? Act.LIST : Act.SEE, name);
                                case READ -> {
                                    if (isTold) {
                                        yield asked.may(client, Act.POLL, name);
                                    }
                                    yield asked.admits(
                                            client,
                                            // of who publishes there, and no records
                                            request == ApiKeys.DESCRIBE_PRODUCERS.id
                                                    ? Act.SEE
                                                    : Act.POLL,
                                            name);
                                }
                                case WRITE -> {
                                    if (isTold) {
                                        yield asked.may(client, Act.PUBLISH, name);
                                    }
                                    if (request == ApiKeys.PRODUCE.id) {
                                        Handover.room(full); // a record needs some itself
                                    }
                                    yield asked.admits(client, Act.PUBLISH, name);
                                }
                                default -> false;
                            };
            case GROUP ->
                    switch (operation) {
                        case DESCRIBE -> asked.sees(client, Admission.Shared.GROUP, name, isListed);
                        case READ, DELETE ->
                                isTold
                                        ? asked.sees(client, Admission.Shared.GROUP, name, true)
                                        : asked.admits(client, Admission.Shared.GROUP, name);
                        default -> false;
                    };
            case TRANSACTIONAL_ID ->
                    switch (operation) {
                        case DESCRIBE ->
                                asked.sees(
                                        client,
                                        Admission.Shared.TRANSACTION,
                                        name,
                                        // of each that there is, and as if it were named
                                        request == ApiKeys.LIST_TRANSACTIONS.id);
                        case WRITE -> asked.admits(client, Admission.Shared.TRANSACTION, name);
                        default -> false;
                    };
            case CLUSTER -> operation == AclOperation.IDEMPOTENT_WRITE;
            default -> false;
        };
    }

    /** An idempotent producer may begin before it has named its stream, which is asked then. */
    @Override
    public AuthorizationResult authorizeByResourceType(
            AuthorizableRequestContext context, AclOperation operation, ResourceType type) {
        return operation == AclOperation.WRITE && type == ResourceType.TOPIC
                ? AuthorizationResult.ALLOWED
                : AuthorizationResult.DENIED;
    }

    @Override
    public List<? extends CompletionStage<AclCreateResult>> createAcls(
            AuthorizableRequestContext context, List<AclBinding> bindings) {
        return bindings.stream()
                .map(_ -> CompletableFuture.completedFuture(new AclCreateResult(none())))
                .toList();
    }

    @Override
    public List<? extends CompletionStage<AclDeleteResult>> deleteAcls(
            AuthorizableRequestContext context, List<AclBindingFilter> filters) {
        return filters.stream()
                .map(_ -> CompletableFuture.completedFuture(new AclDeleteResult(none())))
                .toList();
    }

    private static InvalidRequestException none() {
        return new InvalidRequestException("Rights come from purposes here, and not from ACLs.");
    }

    @Override
    public Iterable<AclBinding> acls(AclBindingFilter filter) {
        return List.of();
    }

    @Override
    public void close() {}
}
