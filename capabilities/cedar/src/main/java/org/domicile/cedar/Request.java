package org.domicile.cedar;

/** Who wants to do what to what, and what else is known of it. */
public record Request(
        EntityUid principal, EntityUid action, EntityUid resource, Value.Fields context) {

    /**
     * A request whose context is in Cedar's JSON.
     *
     * @throws CedarException if the context is not a record, or malformed
     */
    public static Request of(
            EntityUid principal, EntityUid action, EntityUid resource, String context)
            throws CedarException {
        Value value = new EntityReader(null).value(context);
        if (!(value instanceof Value.Fields fields)) {
            throw new CedarException("a context is a record, found " + value.typeName());
        }
        return new Request(principal, action, resource, fields);
    }

    /**
     * A request whose context is in Cedar's JSON, read and checked by a schema.
     *
     * @throws CedarException if the schema does not allow the request
     */
    public static Request of(
            EntityUid principal,
            EntityUid action,
            EntityUid resource,
            String context,
            Schema schema)
            throws CedarException {
        Request request =
                new Request(
                        principal,
                        action,
                        resource,
                        new EntityReader(schema).context(context, action));
        schema.check(request);
        return request;
    }
}
