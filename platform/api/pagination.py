"""Pages by key: what is inserted or removed while somebody pages makes no gaps and no doubles."""

from rest_framework.pagination import CursorPagination


class ByKey(CursorPagination):
    """A page of 50, at most 200 by `?page_size=`; `next` is the address of the following one."""

    ordering = "pk"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
