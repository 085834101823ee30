// What a shared object has of its own, for loaders that define none.
void *__dso_handle = &__dso_handle;
